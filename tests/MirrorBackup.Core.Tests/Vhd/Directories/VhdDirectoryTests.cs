using MirrorBackup.Backups;
using MirrorBackup.Remotes;
using MirrorBackup.Vhd;
using MirrorBackup.Vhd.Directories;
using static MirrorBackup.Tests.Vhd.VhdBytes;

namespace MirrorBackup.Tests.Vhd.Directories;

public sealed class VhdDirectoryTests : IAsyncDisposable
{
    private const int BlockBytes = 2 * MiB;

    private readonly MemoryRemote _remote = new();

    public static TheoryData<BlockCodec> Codecs => [BlockCodec.None, BlockCodec.Gzip, BlockCodec.Brotli];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _remote.DisposeAsync();

    [Theory]
    [MemberData(nameof(Codecs))]
    public async Task OpenAsync_EachCodec_SaysWhatTheDiskIsAndReadsItsBlocks(BlockCodec codec)
    {
        var alias = await WriteAsync(new VhdBytes().Block(3, 0x33).Block(0, 0x10), codec);

        await using var disk = await VhdDirectory.OpenAsync(_remote, alias, Token);

        Assert.Equal((alias, RemotePath.Parse("v/data/d.vhd"), codec, StorageForm.VhdDirectory(codec)), (disk.Path, disk.DataPath, disk.Codec, disk.Form));
        Assert.Equal((8L * MiB, BlockBytes, null, null, true), (disk.VirtualSize, disk.BlockSize, disk.ParentId, disk.ParentName, disk.HasOnlyWholeBlocks));
        Assert.Equal([0, 3], disk.AllocatedBlocks);
        Assert.Equal(Filled(0x10), await ReadAsync(disk, 0));
        Assert.Equal(Filled(0x33), await ReadAsync(disk, 3));
        Assert.Equal(Filled(0x33), await ReadJoinedAsync(disk, 3));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => ReadAsync(disk, 1));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => ReadAsync(disk, -1));
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public async Task ReadStoredBlockAsync_Block_GivesTheBytesOfItsFile(BlockCodec codec)
    {
        var directory = new VhdDirectoryBytes(new VhdBytes().Block(1, 0x11), codec);
        await using var disk = await VhdDirectory.OpenAsync(_remote, await directory.WriteToAsync(_remote, "v", "d"), Token);
        var stored = new byte[disk.MaximumStoredBlockLength];

        var length = await disk.ReadStoredBlockAsync(1, stored, Token);

        Assert.Equal(directory.Parts["blocks/0/1"], stored[..length]);
    }

    [Fact]
    public async Task ReadBlockAsync_ManyAtOnce_EachGetsItsOwn()
    {
        var vhd = new VhdBytes { Size = 64L * MiB };
        for (var i = 0; i < 32; i++)
        {
            vhd.Block(i, (byte)(i + 1));
        }

        await using var disk = await VhdDirectory.OpenAsync(_remote, await WriteAsync(vhd, BlockCodec.Brotli), Token);

        var first = await Task.WhenAll(Enumerable.Range(0, 32).Select(i => Task.Run(async () => (await ReadAsync(disk, i)).Distinct().Single(), Token)));

        Assert.Equal(Enumerable.Range(1, 32).Select(static i => (byte)i), first);
    }

    [Fact]
    public async Task ReadBlockAsync_LastBlock_IsZeroBeyondTheDisk()
    {
        await using var disk = await VhdDirectory.OpenAsync(_remote, await WriteAsync(new VhdBytes { Size = 3 * MiB }.Block(1, 0x77), BlockCodec.Gzip), Token);

        var data = await ReadAsync(disk, 1);

        Assert.Equal([.. Filled(0x77, MiB), .. new byte[MiB]], data);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task OpenChain_DeltaOnDirectoryOrFile_GivesTheYoungestSectors(bool parentIsDirectory)
    {
        var key = new VhdBytes().Block(0, 0x10).Block(1, 0x11);
        var parentName = parentIsDirectory ? "a.alias.vhd" : "a.vhd";
        await (parentIsDirectory ? new VhdDirectoryBytes(key, BlockCodec.Gzip).WriteToAsync(_remote, "v", "a") : key.WriteToAsync(_remote, "v/a.vhd"));
        var delta = new VhdBytes { Id = Guid.Parse("00000002-0000-4000-8000-000000000002"), ParentId = key.Id, ParentName = parentName, Creator = "win " };
        delta.Block(1, Filled(0x21), static sector => sector == 0);
        var tip = await new VhdDirectoryBytes(delta, BlockCodec.Brotli).WriteToAsync(_remote, "v", "b");

        await using var chain = await VhdChain.OpenAsync(_remote, tip, null, Token);
        var data = await ReadAsync(chain, 1);

        Assert.Equal([0, 1], chain.AllocatedBlocks);
        Assert.Equal([.. Filled(0x21, 512), .. Filled(0x11, BlockBytes - 512)], data);
        await using var disk = await VhdDisk.OpenAsync(_remote, tip, null, Token);
        Assert.Equal((key.Id, parentName, false), (disk.ParentId, disk.ParentName, disk.HasOnlyWholeBlocks));
    }

    [Theory]
    [InlineData(0, "")]
    [InlineData(1, "0,3")]
    [InlineData(4, "0,3")]
    [InlineData(512, "0,3")]
    public async Task OpenAsync_TableOfAnyLength_MissingBitsAreZero(int bytes, string blocks)
    {
        var bat = new byte[bytes];
        bat.AsSpan().Fill(0xFF); // Bits beyond the disk mean nothing.
        if (bytes > 0)
        {
            bat[0] = 0x9F;
        }

        var alias = await WriteAsync(Directory().Bat(bat));

        await using var disk = await VhdDirectory.OpenAsync(_remote, alias, Token);

        Assert.Equal(blocks, string.Join(',', disk.AllocatedBlocks));
    }

    [Fact]
    public async Task OpenAsync_TableFarTooLong_IsCorrupt() =>
        await ThrowsAsync<CorruptBackupException>(Directory().Bat(new byte[200_000]), "v/data/d.vhd/bat: block allocation table", "holds more than");

    [Theory]
    [MemberData(nameof(Codecs))]
    public async Task ReadBlockAsync_FileIsMissing_NamesIt(BlockCodec codec)
    {
        var directory = Directory(codec);
        directory.Parts.Remove("blocks/0/3");
        await using var disk = await VhdDirectory.OpenAsync(_remote, await WriteAsync(directory), Token);

        var error = await Assert.ThrowsAsync<CorruptBackupException>(() => ReadAsync(disk, 3));

        Assert.Equal((ErrorCodes.MissingBlock, "v/data/d.vhd/blocks/0/3"), (error.Code, error.Path));
        Assert.IsType<RemoteNotFoundException>(error.InnerException);
        Assert.Equal(Filled(0x10), await ReadAsync(disk, 0));
    }

    [Fact]
    public async Task OpenAsync_FileThatTheTableDoesNotCount_IsIgnored()
    {
        var alias = await WriteAsync(Directory().Part("blocks/0/1", [1, 2, 3]).Part("blocks/0/007", []).Part("blocks/9/9", []));

        await using var disk = await VhdDirectory.OpenAsync(_remote, alias, Token);

        Assert.Equal([0, 3], disk.AllocatedBlocks);
        Assert.Equal(3, await UncountedBlocks.CountAsync(_remote, disk, Token));
    }

    [Theory]
    [InlineData(BlockCodec.None, 2_097_663, "found 2097663 bytes of content, expected 2097664")]
    [InlineData(BlockCodec.Gzip, 2_097_663, "found 2097663 bytes of content, expected 2097664")]
    [InlineData(BlockCodec.Brotli, 2_097_152, "found 2097152 bytes of content, expected 2097664")]
    [InlineData(BlockCodec.Brotli, 0, "found 0 bytes of content, expected 2097664")]
    [InlineData(BlockCodec.None, 2_097_665, "found a file of 2097665 bytes, expected at most 2097664")]
    [InlineData(BlockCodec.Gzip, 2_097_665, "holds more than 2097664 bytes")]
    [InlineData(BlockCodec.Brotli, 100_000_000, "holds more than 2097664 bytes")]
    public async Task ReadBlockAsync_BlockOfAnotherLength_IsCorrupt(BlockCodec codec, int bytes, string message)
    {
        await using var disk = await VhdDirectory.OpenAsync(_remote, await WriteAsync(Directory(codec).Part("blocks/0/3", new byte[bytes])), Token);

        var error = await Assert.ThrowsAsync<CorruptBackupException>(() => ReadAsync(disk, 3));

        Assert.StartsWith("v/data/d.vhd/blocks/0/3: block", error.Message, StringComparison.Ordinal);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(BlockCodec.Gzip)]
    [InlineData(BlockCodec.Brotli)]
    public async Task ReadBlockAsync_FileIsNoneOfItsCodec_IsCorrupt(BlockCodec codec)
    {
        var directory = Directory(codec);
        directory.Parts["blocks/0/3"] = Filled(0xA5, 1000);
        directory.Parts["blocks/0/0"] = new byte[5_000_000];
        await using var disk = await VhdDirectory.OpenAsync(_remote, await WriteAsync(directory), Token);

        Assert.Contains("block of 1000 bytes", (await Assert.ThrowsAsync<CorruptBackupException>(() => ReadAsync(disk, 3))).Message, StringComparison.Ordinal);
        Assert.Contains("found a file of 5000000 bytes", (await Assert.ThrowsAsync<CorruptBackupException>(() => ReadAsync(disk, 0))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("header")]
    [InlineData("footer")]
    [InlineData("bat")]
    public async Task OpenAsync_PartIsMissing_NamesIt(string part)
    {
        var directory = Directory();
        directory.Parts.Remove(part);

        await ThrowsAsync<CorruptBackupException>(directory, $"v/data/d.vhd/{part} is not there");
    }

    [Theory]
    [InlineData("header", 65_537)]
    [InlineData("footer", 65_537)]
    [InlineData("chunk-filters.json", 65_537)]
    public async Task OpenAsync_PartIsHuge_IsRefusedBeforeItIsRead(string part, int bytes)
    {
        var directory = Directory();
        directory.Parts[part] = new byte[bytes];

        var error = await ThrowsAsync<CorruptBackupException>(directory, $"v/data/d.vhd/{part}");

        Assert.Equal(ErrorCodes.FileTooLarge, error.Code);
    }

    [Theory]
    [InlineData("header", 1023, "VHD header: found 1023 bytes of content, expected 1024")]
    [InlineData("header", 1025, "holds more than 1024 bytes")]
    [InlineData("footer", 511, "VHD footer: found 511 bytes of content, expected 512")]
    [InlineData("footer", 0, "VHD footer: found 0 bytes of content, expected 512")]
    public async Task OpenAsync_PartOfAnotherLength_IsCorrupt(string part, int bytes, string message) =>
        await ThrowsAsync<CorruptBackupException>(Directory().Part(part, new byte[bytes]), $"v/data/d.vhd/{part}", message);

    [Fact]
    public async Task OpenAsync_UnknownCompression_IsUnsupportedByName()
    {
        var directory = Directory();
        directory.Parts["chunk-filters.json"] = "[\"zstd\"]"u8.ToArray();

        await ThrowsAsync<UnsupportedBackupException>(directory, "the compression \"zstd\" is not known");
    }

    [Fact]
    public async Task OpenAsync_FiltersAreMissing_SaysThatItIsTakenForUncompressed()
    {
        var directory = Directory();
        directory.Parts.Remove("chunk-filters.json");

        await ThrowsAsync<CorruptBackupException>(directory, "not compressed, as there is no chunk-filters.json");
    }

    [Fact]
    public async Task OpenAsync_OtherBlockSize_IsUnsupported() =>
        await ThrowsAsync<UnsupportedBackupException>(new VhdDirectoryBytes(new VhdBytes { BlockSize = 4 * MiB }, BlockCodec.None), "found 4194304, only 2097152 in a directory");

    [Fact]
    public async Task OpenAsync_TableTooSmallForTheDisk_IsCorrupt() =>
        await ThrowsAsync<CorruptBackupException>(new VhdDirectoryBytes(new VhdBytes { Entries = 3 }, BlockCodec.None).Bat([]), "max table entries", "at least 4");

    [Fact]
    public async Task OpenAsync_AliasOfNothing_SaysSo()
    {
        await WriteAliasAsync("data/d.vhd");

        await ThrowsAsync<CorruptBackupException>("it names v/data/d.vhd, which is not there", ErrorCodes.InvalidAlias);
    }

    [Fact]
    public async Task OpenAsync_AliasOfAFile_SaysSo()
    {
        await WriteAliasAsync("data/d.vhd");
        await new VhdBytes().Block(0, 1).WriteToAsync(_remote, "v/data/d.vhd");

        await ThrowsAsync<CorruptBackupException>("it names v/data/d.vhd, which is a file", ErrorCodes.InvalidAlias);
    }

    [Fact]
    public async Task OpenDisk_DirectoryWithoutAlias_IsUnsupported()
    {
        await WriteAsync(Directory());

        var error = await Assert.ThrowsAsync<UnsupportedBackupException>(() => VhdDisk.OpenAsync(_remote, RemotePath.Parse("v/data/d.vhd"), null, Token).AsTask());

        Assert.Contains("is opened by its alias", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public async Task OpenAsync_AnyByteChanged_NeverFailsInAnyOtherWay(BlockCodec codec)
    {
        var random = new Random(20260105);
        foreach (var part in (string[])["header", "footer", "bat", "chunk-filters.json"])
        {
            for (var i = 0; i < 60; i++)
            {
                var directory = Directory(codec);
                if (directory.Parts.TryGetValue(part, out var content) && content.Length > 0)
                {
                    content[random.Next(content.Length)] ^= (byte)random.Next(1, 256);
                }

                var alias = await WriteAsync(directory);
                var error = await Record.ExceptionAsync(async () => await VhdDirectory.OpenAsync(_remote, alias, Token));
                Assert.True(error is null or CorruptBackupException or UnsupportedBackupException, $"{part}: {error}");
            }
        }
    }

    private static VhdDirectoryBytes Directory(BlockCodec codec = BlockCodec.Brotli) => new(new VhdBytes().Block(0, 0x10).Block(3, 0x33), codec);

    private static async Task<byte[]> ReadAsync(MirrorBackup.Disks.IVirtualDisk disk, int block)
    {
        var data = new byte[BlockBytes];
        await disk.ReadBlockAsync(block, new byte[512], data, Token);
        return data;
    }

    private static async Task<byte[]> ReadJoinedAsync(VhdDirectory disk, int block)
    {
        var joined = new byte[512 + BlockBytes];
        await disk.ReadBlockAsync(block, joined.AsMemory(0, 512), joined.AsMemory(512), Token);
        return joined[512..];
    }

    private Task<RemotePath> WriteAsync(VhdBytes vhd, BlockCodec codec) => WriteAsync(new VhdDirectoryBytes(vhd, codec));

    private Task<RemotePath> WriteAsync(VhdDirectoryBytes directory) => directory.WriteToAsync(_remote, "v", "d");

    private ValueTask WriteAliasAsync(string content) =>
        _remote.WriteAllAsync(RemotePath.Parse("v/d.alias.vhd"), System.Text.Encoding.UTF8.GetBytes(content), default, Token);

    private async Task<TError> ThrowsAsync<TError>(VhdDirectoryBytes directory, params string[] messages)
        where TError : MirrorBackupException
    {
        var alias = await WriteAsync(directory);
        var error = await Assert.ThrowsAsync<TError>(() => VhdDirectory.OpenAsync(_remote, alias, Token).AsTask());
        Assert.All(messages, message => Assert.Contains(message, error.Message, StringComparison.Ordinal));
        return error;
    }

    private async Task ThrowsAsync<TError>(string message, string code)
        where TError : MirrorBackupException
    {
        var error = await Assert.ThrowsAsync<TError>(() => VhdDirectory.OpenAsync(_remote, RemotePath.Parse("v/d.alias.vhd"), Token).AsTask());
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Equal(code, error.Code);
    }
}
