using System.Text;
using MirrorBackup.Backups;
using MirrorBackup.Golden;
using MirrorBackup.Mirroring;
using MirrorBackup.Planning;
using MirrorBackup.Remotes;
using MirrorBackup.Repositories;
using MirrorBackup.Retention;
using MirrorBackup.Tests.Forms;
using MirrorBackup.Vhd.Directories;

namespace MirrorBackup.Tests.Mirroring;

/// <summary>A golden source, a destination of any form that was mirrored from it, and ways to damage that.</summary>
internal sealed class RepairWorld : IAsyncDisposable
{
    private readonly MirrorFixture _fixture;
    private readonly StoredForm _form;
    private SortedDictionary<string, string> _metadata = [];

    private RepairWorld(MirrorFixture fixture, StoredForm form, IRemote destination)
    {
        (_fixture, _form) = (fixture, form);
        Destination = new FaultyRemote(destination);
    }

    public FaultyRemote Destination { get; }

    public string Root => _fixture.Run.PathOf("copy");

    private BackupMode Mode => _fixture.Run.Scenario.Mode == "full" ? BackupMode.Full : BackupMode.Incremental;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Mirrors AbcDefgH, or with <paramref name="isFull"/> CDE.</summary>
    public static async Task<RepairWorld> MirroredAsync(string form, bool isFull = false)
    {
        var fixture = isFull ? new MirrorFixture("doc-full") : new MirrorFixture("new-key-middle");
        var world = new RepairWorld(fixture, StoredForm.Of(form), await StoredForm.Of(form).OpenAsync(fixture.Run.PathOf("copy"), "copy"));
        Assert.Equal(MirrorOutcome.Succeeded, (await world.MirrorAsync()).Outcome);
        world._metadata = await world.MetadataAsync();
        await world.AssertWholeAsync();
        return world;
    }

    public Task<MirrorReport> MirrorAsync(bool repair = false, bool deep = false) => new MirrorRunner(null, _fixture.Time).RunAsync(Job(repair, deep), null, Cancellation);

    public async Task<DestinationPlan> PlanAsync(bool repair = false, bool deep = false) =>
        Assert.Single(Assert.Single(await new MirrorRunner(null, _fixture.Time).PlanAsync(Job(repair, deep), Cancellation)).Destinations);

    /// <summary>The letters of what the destination holds.</summary>
    public async Task<string> LettersAsync() => (await ChainAsync()).ToString();

    /// <summary>Asserts that all is as it was: points, digests as the manifest has them, metadata to the letter, cache, and nothing left over.</summary>
    public async Task AssertWholeAsync()
    {
        var repository = await BackupRepository.OpenAsync(Destination, null, Cancellation);
        var count = 0;
        await foreach (var digest in RepositoryDigest.ComputeAsync(repository, cancellationToken: Cancellation))
        {
            var truth = _fixture.Run.Scenario.TruthOf(digest.Timestamp, Mode == BackupMode.Full ? "full" : "delta");
            Assert.Null(digest.Error);
            Assert.Equal(truth[digest.Disk ?? DiskRevision.ArchiveDisk], digest.Sha256);
            count++;
        }

        Assert.Equal(Mode == BackupMode.Full ? 3 : 8, count);
        var verified = await RepositoryVerifier.VerifyAsync(repository, cancellationToken: Cancellation);
        Assert.True(verified.Findings.IsEmpty, string.Join('\n', verified.Findings));
        Assert.Equal(_metadata, await MetadataAsync());
        Assert.True(File.Exists(Path.Combine(Root, "xo-vm-backups", _fixture.Run.Scenario.Vm, "cache.json.gz")));
    }

    /// <summary>Damages the disk or archive of a point.</summary>
    public async Task DamageAsync(int point, string how)
    {
        var path = RepositoryPaths.VmFolder(_fixture.Run.Scenario.Vm) / (await ChainAsync()).Points[point].Disks[0].Path;
        var file = Path.Combine(Root, path.Value);
        switch (how)
        {
            case "gone":
                File.Delete(file);
                break;
            case "empty":
                await File.WriteAllBytesAsync(file, [], Cancellation);
                break;
            case "cut":
                await ChangeAsync(file, static bytes => bytes[..(bytes.Length / 2)]);
                break;
            case "blank":
                await ChangeAsync(file, static bytes => [.. new byte[1024], .. bytes[1024..]]);
                break;
            case "flipped":
                await ChangeAsync(file, Flip);
                break;
            case "data gone":
                Directory.Delete(await DataAsync(path), recursive: true);
                break;
            case "table gone":
                File.Delete(Path.Combine(await DataAsync(path), "bat"));
                break;
            case "block gone":
                File.Delete(await BlockAsync(path));
                break;
            case "block cut":
                await ChangeAsync(await BlockAsync(path), static bytes => bytes[..(bytes.Length / 2)]);
                break;
            case "block flipped":
                await ChangeAsync(await BlockAsync(path), Flip);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(how), how, "There is no such damage.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Destination.DisposeAsync();
        await _fixture.DisposeAsync();
    }

    private static byte[] Flip(byte[] bytes)
    {
        bytes[bytes.Length / 2] ^= 0x20;
        return bytes;
    }

    private static async Task ChangeAsync(string file, Func<byte[], byte[]> change) =>
        await File.WriteAllBytesAsync(file, change(await File.ReadAllBytesAsync(file, Cancellation)), Cancellation);

    private async Task<BackupChain> ChainAsync() =>
        (await (await BackupRepository.OpenAsync(Destination, null, Cancellation)).LoadAsync(_fixture.Run.Scenario.Vm, Cancellation)).Chain(Mode);

    private async Task<string> DataAsync(RemotePath alias) => Path.Combine(Root, (await VhdAlias.ReadAsync(Destination, alias, Cancellation)).Value);

    private async Task<string> BlockAsync(RemotePath alias) =>
        Directory.EnumerateFiles(Path.Combine(await DataAsync(alias), "blocks"), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).First();

    private async Task<SortedDictionary<string, string>> MetadataAsync()
    {
        var folder = RepositoryPaths.VmFolder(_fixture.Run.Scenario.Vm);
        var texts = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Root, folder.Value), "*.json").Select(Path.GetFileName))
        {
            texts.Add(file!, Encoding.UTF8.GetString(await Destination.ReadAllAsync(folder / file!, BackupMetadata.MaximumLength, Cancellation)));
        }

        return texts;
    }

    private MirrorJob Job(bool repair, bool deep)
    {
        var job = new MirrorJob("repair")
        {
            Source = _fixture.Source,
            Mode = Mode,
            Planning = new PlanningOptions { Repair = repair },
            VerifyDestinations = deep,
            LockTimeout = TimeSpan.Zero,
            CheckLastTransferred = true,
        };

        // Labels of long-term retention are part of what must not change.
        var retention = RetentionPolicy.KeepLast(20).Daily(3).Monthly(2).In(TimeZoneInfo.Utc);
        job.Destinations.Add(new MirrorDestination(Destination, retention) { Form = Mode == BackupMode.Full ? null : _form.Form });
        return job;
    }
}
