using MirrorBackup.Backups;
using MirrorBackup.Remotes;
using MirrorBackup.Vhd.Directories;
using static MirrorBackup.Tests.Vhd.VhdBytes;

namespace MirrorBackup.Tests.Vhd.Directories;

/// <summary>Directories that Xen Orchestra itself cannot read after its own merges (<c>formats/vhd.md</c> §5.6): what is certain is read.</summary>
public sealed class MergedByOthersTests : IAsyncDisposable
{
    private readonly MemoryRemote _remote = new();

    public static TheoryData<string, string> TwoCodecs => new()
    {
        { "gzip", "brotli" }, { "gzip", "none" }, { "brotli", "gzip" }, { "brotli", "none" }, { "none", "gzip" }, { "none", "brotli" },
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _remote.DisposeAsync();

    [Theory]
    [MemberData(nameof(TwoCodecs))]
    public async Task ReadBlockAsync_BlockInAnotherCompression_IsReadAsItIs(string directory, string block)
    {
        var vhd = new VhdBytes().Block(0, 0x10).Block(3, 0x33);
        await vhd.WriteDirectoryAsync(_remote, "v/d.alias.vhd", directory);
        await _remote.WriteAllAsync(RemotePath.Parse("v/data/d.vhd/blocks/0/3"), vhd.ToDirectory(block)["blocks/0/3"], default, Token);
        await using var disk = await VhdDirectory.OpenAsync(_remote, RemotePath.Parse("v/d.alias.vhd"), Token);

        Assert.Equal(Filled(0x10), await ReadAsync(disk, 0));
        Assert.Equal(Filled(0x33), await ReadAsync(disk, 3));
    }

    // Brotli has no checksum: only a full sector bitmap, as Xen Orchestra writes it, proves that it is one.
    [Theory]
    [MemberData(nameof(TwoCodecs))]
    public async Task ReadBlockAsync_BlockInAnotherCompressionWithPartOfItsSectors_IsNotGuessed(string directory, string block)
    {
        var vhd = new VhdBytes().Block(3, Filled(0x33), static sector => sector != 7);
        await vhd.WriteDirectoryAsync(_remote, "v/d.alias.vhd", directory);
        await _remote.WriteAllAsync(RemotePath.Parse("v/data/d.vhd/blocks/0/3"), vhd.ToDirectory(block)["blocks/0/3"], default, Token);
        await using var disk = await VhdDirectory.OpenAsync(_remote, RemotePath.Parse("v/d.alias.vhd"), Token);

        var error = await Assert.ThrowsAsync<CorruptBackupException>(() => ReadAsync(disk, 3));

        Assert.StartsWith("v/data/d.vhd/blocks/0/3: block", error.Message, StringComparison.Ordinal);
    }

    // The table of Xen Orchestra has a byte where a bit would do, so it has the bits of the grown disk.
    [Theory]
    [InlineData("brotli")]
    [InlineData("none")]
    public async Task OpenAsync_HeaderOfTheDiskBeforeItGrew_IsReadWithTheSizeOfTheFooter(string codec)
    {
        await new VhdBytes { Size = 20 * MiB, Entries = 4 }.Block(0, 0x10).Block(9, 0x99).WriteDirectoryAsync(_remote, "v/d.alias.vhd", codec);

        await using var disk = await VhdDirectory.OpenAsync(_remote, RemotePath.Parse("v/d.alias.vhd"), Token);

        Assert.Equal((20L * MiB, 10L), (disk.VirtualSize, disk.Header.MaximumTableEntries));
        Assert.Equal([0, 9], disk.AllocatedBlocks);
        Assert.Equal(Filled(0x99), await ReadAsync(disk, 9));
    }

    // 4 entries make a table of 4 bytes: a block behind the 32nd may have been lost.
    [Fact]
    public async Task OpenAsync_TableTooShortForTheGrownDisk_IsCorrupt()
    {
        await new VhdBytes { Size = 66 * MiB, Entries = 4 }.Block(0, 0x10).WriteDirectoryAsync(_remote, "v/d.alias.vhd", "brotli");

        var error = await Assert.ThrowsAsync<CorruptBackupException>(async () => await VhdDirectory.OpenAsync(_remote, RemotePath.Parse("v/d.alias.vhd"), Token));

        Assert.Contains("max table entries at offset 28: found 4, expected at least 33", error.Message, StringComparison.Ordinal);
    }

    private static async Task<byte[]> ReadAsync(VhdDirectory disk, int block)
    {
        var data = new byte[2 * MiB];
        await disk.ReadBlockAsync(block, new byte[512], data, Token);
        return data;
    }
}
