using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using MirrorBackup.Backups;
using MirrorBackup.Golden;
using MirrorBackup.Mirroring;
using MirrorBackup.Planning;
using MirrorBackup.Remotes;
using MirrorBackup.Remotes.Tests.Local;
using MirrorBackup.Retention;

namespace MirrorBackup.Tests.Mirroring;

/// <summary>Between local directories, where nothing is to be looked at, the kernel copies; and where it does not, the result is the same.</summary>
public sealed class StorageCopyTests : IAsyncDisposable
{
    private RangeCopyWatch _source = null!;

    /// <summary>A golden set, its VM, and the form of its disks.</summary>
    public static TheoryData<string, string, StorageForm> Sets { get; } = new()
    {
        { "a-src-delta-vhd", PassThroughWorld.Rolled, StorageForm.VhdFile },
        { "a-src-delta-vhd", PassThroughWorld.TwoJobs, StorageForm.VhdFile },
        { "c1-mirror-vhddir-brotli", PassThroughWorld.Rolled, StorageForm.VhdDirectory(BlockCodec.Brotli) },
        { "c2-vhddir-gzip", PassThroughWorld.TwoJobs, StorageForm.VhdDirectory(BlockCodec.Gzip) },
        { "c3-vhddir-uncompressed", PassThroughWorld.Rolled, StorageForm.VhdDirectory(BlockCodec.None) },
        { "b-src-full-xva", PassThroughWorld.Zstandard, StorageForm.VhdFile },
    };

    public async ValueTask DisposeAsync()
    {
        if (_source is not null)
        {
            await _source.DisposeAsync();
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task Mirror_NothingToLookAt_BytesDoNotPassThroughUs(string set, string vm, StorageForm form)
    {
        await using var world = await OpenAsync(set, vm);
        await world.AddAsync("dst", form);

        var report = await world.MirrorAsync(PassThroughCheck.Never, readsBack: false);

        Assert.Equal([TransferWay.PassThrough], PassThroughWorld.Ways(report));
        Assert.Equal(world.Stored("src"), world.Stored("dst"));
        await world.AssertContentAsync("dst");
        Assert.True(_source.BytesCopied > 0, "nothing was copied by the kernel");
        Assert.Equal(0, _source.BytesRead);
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task Mirror_StorageRefusesAfterAWhile_RestIsReadOnceAndTheReportIsTheSame(string set, string vm, StorageForm form)
    {
        await using var world = await OpenAsync(set, vm);
        await world.AddAsync("copied", form);
        var copied = Moved(await world.MirrorAsync(PassThroughCheck.Never, readsBack: false));
        await using var other = await OpenAsync(set, vm);
        await other.AddAsync("one", form);
        await other.AddAsync("two", form);
        _source.BeforeCopy = static (_, number) => number > 2 ? "a test says so" : null;
        var logger = new FakeLogger<MirrorRunner>();

        var report = await other.MirrorAsync(PassThroughCheck.Never, readsBack: false, logger: logger);

        Assert.Equal([TransferWay.PassThrough], PassThroughWorld.Ways(report));
        AssertEqual(copied, Moved(report, 0));
        AssertEqual(copied, Moved(report, 1));
        Assert.Equal(other.Stored("src"), other.Stored("one"));
        Assert.Equal(other.Stored("src"), other.Stored("two"));
        await other.AssertContentAsync("one");
        await other.AssertContentAsync("two");
        Assert.True(_source.BytesRead > 0, "nothing was read");
        Assert.Contains(
            logger.Collector.GetSnapshot(),
            static record => record.Level == LogLevel.Debug && record.Message.EndsWith("a test says so", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(PassThroughCheck.Unauthenticated, false)]
    [InlineData(PassThroughCheck.Never, true)]
    public async Task Mirror_SomethingToLookAt_IsRead(PassThroughCheck check, bool readsBack)
    {
        await using var world = await OpenAsync("c1-mirror-vhddir-brotli", PassThroughWorld.Rolled);
        await world.AddAsync("dst", StorageForm.VhdDirectory(BlockCodec.Brotli));

        await world.MirrorAsync(check, readsBack);

        Assert.Equal(0, _source.BytesCopied);
        await world.AssertContentAsync("dst");
    }

    [Fact]
    public async Task Mirror_EncryptedSource_IsReadAndVerified()
    {
        await using var world = await OpenAsync("d1-enc-chacha20-delta", PassThroughWorld.Rolled);
        await world.AddAsync("dst", await world.FormAsync(), GoldenData.EncryptionKey);

        await world.MirrorAsync(PassThroughCheck.Never, readsBack: false);

        Assert.Equal(0, _source.BytesCopied);
        await world.AssertContentAsync("dst");
    }

    [Fact]
    public async Task Mirror_ArchiveWithoutChecksum_IsReadForOne()
    {
        await using var world = await OpenAsync("b-src-full-xva", PassThroughWorld.Zstandard);
        foreach (var checksum in Directory.EnumerateFiles(world.PathOf("src"), "*.checksum", SearchOption.AllDirectories))
        {
            File.Delete(checksum);
        }

        await world.AddAsync("dst", StorageForm.VhdFile);

        await world.MirrorAsync(PassThroughCheck.Never, readsBack: false);

        Assert.Equal(0, _source.BytesCopied);
        Assert.Equal(3, Directory.EnumerateFiles(world.PathOf("dst"), "*.checksum", SearchOption.AllDirectories).Count());
        await world.AssertContentAsync("dst");
    }

    [Fact]
    public async Task Mirror_ArchiveWithChecksum_TakesItOver()
    {
        await using var world = await OpenAsync("b-src-full-xva", PassThroughWorld.Zstandard);
        await world.AddAsync("dst", StorageForm.VhdFile);

        await world.MirrorAsync(PassThroughCheck.Never, readsBack: false);

        Assert.Equal(Checksums(world.PathOf("src")), Checksums(world.PathOf("dst")));
    }

    [Fact]
    public async Task Mirror_CollapsedRun_CopiesEachBlockFromWhereItsYoungestVersionIs()
    {
        await using var world = await OpenAsync("a-src-delta-vhd", PassThroughWorld.Rolled);
        await world.AddAsync("dst", StorageForm.VhdFile);

        var report = await world.MirrorAsync(PassThroughCheck.Never, readsBack: false, retention: 1);

        Assert.Equal([TransferWay.PassThrough], PassThroughWorld.Ways(report));
        Assert.True(_source.BytesCopied > 0, "nothing was copied by the kernel");
        await world.AssertContentAsync("dst", newest: 1);
    }

    [Theory]
    [InlineData("c1-mirror-vhddir-brotli", "/blocks/", true)]
    [InlineData("c1-mirror-vhddir-brotli", "/blocks/", false)]
    [InlineData("a-src-delta-vhd", ".vhd", false)]
    public async Task Mirror_SourceIsDamagedMidway_SourceIsToBlameAndTheBackupIsNotListed(string set, string part, bool vanishes)
    {
        await using var world = await OpenAsync(set, PassThroughWorld.Rolled);
        await world.AddAsync("one", await world.FormAsync());
        await world.AddAsync("two", await world.FormAsync());
        RemotePath? damaged = null;
        _source.BeforeCopy = (path, number) =>
        {
            if (number == 2)
            {
                // What is open stays readable when it vanishes: then another block does.
                var file = Path.Combine(world.PathOf("src"), path.Value);
                file = vanishes ? Directory.EnumerateFiles(Path.GetDirectoryName(file)!).Order(StringComparer.Ordinal).Last() : file;
                damaged = RemotePath.Parse(Path.GetRelativePath(world.PathOf("src"), file));
                Damage(file, vanishes);
            }

            return null;
        };

        var report = await world.MirrorAsync(PassThroughCheck.Never, readsBack: false);

        Assert.False(report.IsSuccess);
        Assert.Contains(part, damaged!.Value.Value, StringComparison.Ordinal);
        foreach (var destination in report.Vms[0].Destinations)
        {
            Assert.Null(destination.Error);
            Assert.Contains(destination.Conflicts, conflict => conflict.Contains(damaged.Value.Value, StringComparison.Ordinal));
        }

        await world.AssertListsOnlyWhatIsWholeAsync("one");
        await world.AssertListsOnlyWhatIsWholeAsync("two");
    }

    [Fact]
    public async Task Mirror_DestinationFull_DestinationIsToBlame()
    {
        using var folder = new TemporaryFolder();
        using var mount = await PrivateMount.CreateAsync("size=64m", folder.Path, "mkdir src dst", TestContext.Current.CancellationToken);
        GoldenData.UnpackSet("a-src-delta-vhd", Path.Combine(mount.Path, "src"), PassThroughWorld.Rolled);
        var free = new DriveInfo(mount.Path).AvailableFreeSpace;
        await File.WriteAllBytesAsync(Path.Combine(mount.Path, "ballast"), new byte[free - (3 << 20)], TestContext.Current.CancellationToken);
        _source = new RangeCopyWatch(LocalRemote.Open(Path.Combine(mount.Path, "src"), new LocalRemoteOptions { Name = "src" }));
        await using var source = _source;
        await using var destination = new SilentRemote(LocalRemote.Open(Path.Combine(mount.Path, "dst"), new LocalRemoteOptions { Name = "small" }));
        var job = new MirrorJob("full") { Source = source, PassThroughCheck = PassThroughCheck.Never };
        job.Destinations.Add(new MirrorDestination(destination, RetentionPolicy.KeepLast(4)));

        var report = await new MirrorRunner().RunAsync(job, null, TestContext.Current.CancellationToken);

        var error = report.Vms[0].Destinations[0].Error!;
        Assert.Equal(ErrorCodes.RemoteFull, error.Code);
        Assert.Contains("small", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.EnumerateFiles(mount.Path, "*", SearchOption.AllDirectories), static file => Path.GetFileName(file).StartsWith('.'));
    }

    private async Task<PassThroughWorld> OpenAsync(string set, string vm)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The kernel copies on Linux only.");
        return await PassThroughWorld.OpenAsync(set, vm, storage => _source = new RangeCopyWatch(storage));
    }

    private static (long Read, long Written)[] Moved(MirrorReport report, int destination = 0) =>
        [.. report.Vms[0].Destinations[destination].Steps.Select(static step => (step.BytesRead, step.BytesWritten))];

    // A footer that was written in another second compresses to a byte more or less.
    private static void AssertEqual((long Read, long Written)[] expected, (long Read, long Written)[] found)
    {
        Assert.Equal(expected.Select(static step => step.Read), found.Select(static step => step.Read));
        Assert.All(expected.Zip(found), static pair => Assert.InRange(pair.Second.Written, pair.First.Written - 16, pair.First.Written + 16));
    }

    private static string[] Checksums(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*.checksum", SearchOption.AllDirectories).Select(File.ReadAllText).Order(StringComparer.Ordinal)];

    private static void Damage(string file, bool vanishes)
    {
        if (vanishes)
        {
            File.Delete(file);
            return;
        }

        using var stream = File.OpenWrite(file);
        stream.SetLength(stream.Length / 4);
    }
}
