using MirrorBackup.Backups;
using MirrorBackup.Disks;
using MirrorBackup.Remotes;
using MirrorBackup.Tests.Vhd;
using MirrorBackup.Tests.Vhd.Directories;
using MirrorBackup.Transfer;
using MirrorBackup.Vhd;
using MirrorBackup.Vhd.Directories;

namespace MirrorBackup.Tests.Transfer;

/// <summary>Only blocks that are whole are passed on as they are stored.</summary>
public sealed class StoredBlockReaderTests : IAsyncDisposable
{
    private const int MiB = VhdBytes.MiB;

    private static readonly Guid s_child = Guid.Parse("00000002-0000-4000-8000-000000000002");

    private readonly MemoryRemote _remote = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _remote.DisposeAsync();

    [Theory]
    [InlineData("tap\0", false)]
    [InlineData("tap\0", true)]
    [InlineData("xo  ", true)]
    public async Task CopyAsync_BlockWithMissingSectors_IsCompletedAndTakenApart(string creator, bool decodes)
    {
        var vhd = new VhdBytes { Creator = creator }.Block(0, 1).Block(2, VhdBytes.Filled(2), static sector => sector < 100);
        await using var source = await OpenAsync(vhd, "s");
        var reader = StoredBlockReader.Create([source], StoredReading.Encoded, decodes);

        await using var copy = await CopyAsync(new WholeBlockDisk(source, null), reader);

        Assert.Equal([2], reader.TakenApart);
        await AssertBlockAsync(copy, 0, static _ => 1);
        await AssertBlockAsync(copy, 2, static offset => (byte)(offset < 100 * 512 ? 2 : 0));
        Assert.Equal(await BytesAsync("v/data/s.vhd/blocks/0/0"), await BytesAsync("v/data/copy.vhd/blocks/0/0"));
        Assert.NotEqual(await BytesAsync("v/data/s.vhd/blocks/0/2"), await BytesAsync("v/data/copy.vhd/blocks/0/2"));
    }

    [Fact]
    public async Task CopyAsync_DiskThatGrew_TakesOnlyTheCutBlockApart()
    {
        var key = new VhdBytes { Size = 3 * MiB }.Block(0, 1).Block(1, 9);
        var delta = new VhdBytes { Id = s_child, ParentId = key.Id, ParentName = "k.alias.vhd", Size = 8 * MiB }.Block(3, 4);
        await using var oldest = await OpenAsync(key, "k");
        await using var youngest = await OpenAsync(delta, "d");
        await using var run = DiskChain.Create([oldest, youngest], ownsDisks: false);
        var reader = StoredBlockReader.Create([oldest, youngest], StoredReading.Encoded, decodes: false);

        await using var copy = await CopyAsync(new WholeBlockDisk(run, null), reader);

        Assert.Equal([1], reader.TakenApart);
        await AssertBlockAsync(copy, 0, static _ => 1);
        await AssertBlockAsync(copy, 1, static offset => (byte)(offset < MiB ? 9 : 0));
        await AssertBlockAsync(copy, 3, static _ => 4);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ComputeAsync_CopyReadInTheWayItWasMade_HasTheSameDigest(bool damages)
    {
        var vhd = new VhdBytes { Creator = "tap\0" }.Block(0, 1).Block(1, 7).Block(2, VhdBytes.Filled(2), static sector => sector < 100);
        await using var source = await OpenAsync(vhd, "s");
        var reader = StoredBlockReader.Create([source], StoredReading.Encoded, decodes: false);
        var travelled = new TaskCompletionSource<TravelDigest>();
        await using var copy = await CopyAsync(new WholeBlockDisk(source, null), reader, travelled);
        if (damages)
        {
            // What it decodes to does not matter: other bytes are stored than were sent.
            var bytes = await BytesAsync("v/data/copy.vhd/blocks/0/1");
            bytes[^1] ^= 1;
            await _remote.WriteAllAsync(RemotePath.Parse("v/data/copy.vhd/blocks/0/1"), bytes, default, Cancellation);
        }

        var sent = await travelled.Task;
        var options = new CopyOptions { StoredBlocks = StoredBlockReader.Like(copy, sent) };
        var found = await RevisionDigest.ComputeAsync(copy, options, Cancellation);

        Assert.Equal(!damages, sent.Value == found);
    }

    [Fact]
    public void Create_EncryptedAndDecoded_IsRefused() =>
        Assert.Throws<ArgumentException>(static () => StoredBlockReader.Create([], StoredReading.Encrypted, decodes: true));

    [Fact]
    public async Task CommonCodec_OfDifferentForms_IsNone()
    {
        await using var brotli = await OpenAsync(new VhdBytes().Block(0, 1), "b");
        await using var gzip = await OpenAsync(new VhdBytes().Block(0, 1), "g", BlockCodec.Gzip);

        Assert.Equal(BlockCodec.Brotli, StoredBlockReader.CommonCodec([brotli]));
        Assert.Null(StoredBlockReader.CommonCodec([brotli, gzip]));
        Assert.Null(StoredBlockReader.CommonCodec([brotli, new PatternDisk([0])]));
    }

    private async Task<VhdDirectory> OpenAsync(VhdBytes vhd, string name, BlockCodec codec = BlockCodec.Brotli) =>
        await VhdDirectory.OpenAsync(_remote, await new VhdDirectoryBytes(vhd, codec).WriteToAsync(_remote, "v", name), Cancellation);

    private async Task<IVhdDisk> CopyAsync(WholeBlockDisk disk, StoredBlockReader reader, TaskCompletionSource<TravelDigest>? travelled = null)
    {
        var alias = RemotePath.Parse("v/copy.alias.vhd");
        var target = new CopyTarget<IDiskWriter>(
            "copy",
            async stop => await VhdDirectoryWriter.CreateAsync(
                _remote,
                alias,
                new DiskIdentity(disk.Id, null, null, disk.VirtualSize),
                disk.AllocatedBlocks,
                DirectoryWriting.Options with { Codec = BlockCodec.Brotli },
                stop));
        var result = await DiskCopy.RunAsync(disk, [target], new CopyOptions { StoredBlocks = reader }, null, Cancellation);
        Assert.True(result.Succeeded, result.SourceError?.ToString() ?? result.Outcomes[0].Error?.ToString());
        if (result.Travelled is { } digest)
        {
            travelled?.SetResult(digest);
        }

        return await VhdDisk.OpenAsync(_remote, alias, null, Cancellation);
    }

    private async Task<byte[]> BytesAsync(string path) => await _remote.ReadAllAsync(RemotePath.Parse(path), 4 * MiB, Cancellation);

    private static async Task AssertBlockAsync(IVhdDisk disk, int block, Func<int, byte> expected)
    {
        var (bitmap, data) = (new byte[512], new byte[2 * MiB]);
        await disk.ReadBlockAsync(block, bitmap, data, Cancellation);
        Assert.Equal(-1, bitmap.AsSpan().IndexOfAnyExcept((byte)0xFF));
        for (var offset = 0; offset < data.Length; offset++)
        {
            if (data[offset] != expected(offset))
            {
                Assert.Fail($"block {block}, offset {offset}: found {data[offset]}, expected {expected(offset)}");
            }
        }
    }
}
