using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using MirrorBackup.Disks;

namespace MirrorBackup.Tests.Disks;

public sealed class DiskChainTests
{
    [Fact]
    public void Create_LongChainThatClaimsManyBlocks_TakesMemoryForTheirUnionOnly()
    {
        const int Revisions = 20;
        const int Blocks = 1 << 20;
        var disks = Enumerable.Range(1, Revisions).Select(static i => new ClaimingDisk(Id(i), i == 1 ? null : Id(i - 1), Blocks)).ToArray();
        var before = GC.GetAllocatedBytesForCurrentThread();

        var chain = DiskChain.Create(disks);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2 * sizeof(int) * Blocks);
        Assert.Equal(Enumerable.Range(0, Blocks), chain.AllocatedBlocks);

        static Guid Id(int number) => new(number, 0, 0, new byte[8]);
    }

    private static readonly Gen<byte?[]> AnySectors =
        from count in Gen.Choose(0, 5 * MemoryDisk.SectorsPerBlock)
        from density in Gen.Elements(0, 2, 50, 100)
        from sectors in Gen.ArrayOf(from roll in Gen.Choose(0, 99) from value in Gen.Choose(0, 255) select roll < density ? (byte?)value : null, count)
        select sectors;

    // The model: a disk is a list of sectors; a child lays its own over its parent's, cut or filled up with zeros to its size.
    [Property(MaxTest = 300)]
    public Property ReadBlockAsync_AnyChain_IsTheModelsView() =>
        Prop.ForAll(Gen.ArrayOf(AnySectors, 3).ToArbitrary(), revisions =>
        {
            var view = Array.Empty<byte>();
            foreach (var revision in revisions)
            {
                var older = view;
                view = [.. revision.Select((value, i) => value ?? (i < older.Length ? older[i] : (byte)0))];
            }

            var expected = view.SelectMany(value => Enumerable.Repeat(value, 512)).ToArray();
            return Run(async () =>
            {
                await using var chain = DiskChain.Create(Link(revisions));
                using var raw = new MemoryStream();
                await RawImage.ExportAsync(chain, raw);
                var digest = await DiskDigest.ComputeAsync(chain);
                return raw.ToArray().AsSpan().SequenceEqual(expected)
                    && digest.AsSpan().SequenceEqual(System.Security.Cryptography.SHA256.HashData(expected))
                    && chain.AllocatedBlocks.SequenceEqual(chain.AllocatedBlocks.Order().Distinct());
            });
        });

    // A collapsed run over what is below it must show what the whole chain shows (the disk never shrinks within).
    [Property(MaxTest = 200)]
    public Property Create_RunOverItsParent_IsTheSameAsTheWholeChain() =>
        Prop.ForAll(Gen.ArrayOf(AnySectors, 4).ToArbitrary(), revisions => Run(async () =>
        {
            var growing = revisions.OrderBy(revision => revision.Length).ToArray();
            await using var whole = DiskChain.Create(Link(growing));
            var disks = Link(growing);
            await using var run = DiskChain.Create([disks[0], DiskChain.Create(disks[1..])]);
            var (expected, actual) = (await DiskDigest.ComputeAsync(whole), await DiskDigest.ComputeAsync(run));
            return actual.AsSpan().SequenceEqual(expected);
        }));

    [Fact]
    public void Create_NotLinked_IsRefused()
    {
        var disks = Link([[1], [2]]);

        var error = Assert.Throws<CorruptBackupException>(() => DiskChain.Create([disks[1], disks[0]]));

        Assert.Equal($"{disks[0].Name}: its parent is none (it is a key), but {disks[1].Name} below it is {disks[1].Id}.", error.Message);
        Assert.Throws<ArgumentException>(() => DiskChain.Create([]));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task DisposeAsync_Always_DisposesWhatItOwns(bool owns)
    {
        var disks = Link([[1], [2]]);

        await DiskChain.Create(disks, owns).DisposeAsync();

        Assert.All(disks, disk => Assert.Equal(owns, Assert.IsType<MemoryDisk>(disk).IsDisposed));
    }

    [Fact]
    public async Task ReadBlockAsync_NoRevisionHoldsIt_IsRefused()
    {
        await using var chain = DiskChain.Create(Link([[1, 2], [null, 3]]));

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            async () => await chain.ReadBlockAsync(1, new byte[2], new byte[chain.BlockSize], TestContext.Current.CancellationToken));
    }

    private static IVirtualDisk[] Link(byte?[][] revisions) =>
        [.. revisions.Select((sectors, i) => new MemoryDisk(Id(i), i == 0 ? null : Id(i - 1), sectors))];

    private static Guid Id(int number) => new(number + 1, 0, 0, new byte[8]);

    private static bool Run(Func<Task<bool>> test) => test().GetAwaiter().GetResult();
}
