using System.Buffers.Binary;
using MirrorBackup.Backups;
using MirrorBackup.Golden;
using MirrorBackup.Remotes;
using MirrorBackup.Tests.Mirroring;
using MirrorBackup.Vhd.Directories;
using MirrorBackup.Vhd.Format;

namespace MirrorBackup.Tests.Vhd.Directories;

/// <summary>What is written, held against the tables of the specification and against what Xen Orchestra wrote.</summary>
public sealed class VhdDirectoryWriterTests : IAsyncDisposable
{
    private readonly FaultyRemote _remote = new(new MemoryRemote());
    private readonly DirectoryWriting _writing;

    public VhdDirectoryWriterTests() => _writing = new DirectoryWriting(_remote);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _remote.DisposeAsync();

    // formats/vhd.md §3.1, §3.2, §8.4.
    [Fact]
    public async Task CompleteAsync_TheExampleOfTheSpecification_HasItsPathsAndItsBat()
    {
        int[] blocks = [0, 7, 999, 1000, 1234];
        var disk = DirectoryWriting.Disk with { VirtualSize = 9000L << 20 };

        var written = await _writing.WriteAllAsync(blocks, disk: disk);

        var files = await DirectoryDecoding.FilesAsync(_remote, "v/data/d.vhd");
        Assert.Equal(["bat", "blocks/0/0", "blocks/0/7", "blocks/0/999", "blocks/1/0", "blocks/1/234", "footer", "header"], files.Keys);
        var bat = new byte[4500];
        (bat[0], bat[124], bat[125], bat[154]) = (0x81, 0x01, 0x80, 0x20);
        Assert.Equal(bat, files["bat"]);
        Assert.Equal((512, 1024), (files["footer"].Length, files["header"].Length));
        Assert.Equal(4500u, BinaryPrimitives.ReadUInt32BigEndian(files["header"].AsSpan(28)));
        Assert.Equal(1536L, BinaryPrimitives.ReadInt64BigEndian(files["header"].AsSpan(16)));
        foreach (var (name, block) in new[] { ("blocks/0/0", 0), ("blocks/1/234", 1234) })
        {
            Assert.Equal(2_097_664, files[name].Length);
            Assert.False(files[name].AsSpan(0, 512).ContainsAnyExcept((byte)0xFF));
            Assert.False(files[name].AsSpan(512).ContainsAnyExcept((byte)(block + 1)));
        }

        Assert.Equal("data/d.vhd", await _writing.TextAsync("v/d.alias.vhd"));
        Assert.Equal(files.Values.Sum(static file => (long)file.Length), written);
    }

    // formats/vhd.md §8.1 F4, §8.2: the timestamp of the vector, the geometry of the specification.
    [Fact]
    public async Task CompleteAsync_FooterAndHeader_AreTheVectors()
    {
        await _writing.WriteAllAsync([0], DirectoryWriting.Options with { Geometry = VhdGeometry.OfSpecification(8 << 20) });

        var files = await DirectoryDecoding.FilesAsync(_remote, "v/data/d.vhd");
        Assert.Equal(0xFFFFF533, BinaryPrimitives.ReadUInt32BigEndian(files["footer"].AsSpan(64)));
        Assert.Equal(0xFFFFF473, BinaryPrimitives.ReadUInt32BigEndian(files["header"].AsSpan(36)));
    }

    [Theory]
    [InlineData("c1-mirror-vhddir-brotli", BlockCodec.Brotli, """["brotli"]""")]
    [InlineData("c2-vhddir-gzip", BlockCodec.Gzip, """["gzip"]""")]
    [InlineData("c3-vhddir-uncompressed", BlockCodec.None, null)]
    public async Task CompleteAsync_DirectoryOfXenOrchestra_IsWrittenWithTheSameFilesAndContent(string set, BlockCodec codec, string? filters)
    {
        using var folder = new TemporaryFolder();
        GoldenData.UnpackSet(set, folder.Path);
        await using var golden = LocalRemote.Open(folder.Path, new LocalRemoteOptions { IsReadOnly = true });
        var count = 0;
        foreach (var path in Directory.EnumerateFiles(folder.Path, "*.alias.vhd", SearchOption.AllDirectories))
        {
            var alias = RemotePath.Parse(System.IO.Path.GetRelativePath(folder.Path, path));
            await using var disk = await VhdDirectory.OpenAsync(golden, alias, Cancellation);
            if (disk.DataPath != RemotePath.Parse($"{alias.Parent}/data/{alias.Name.Replace(".alias.vhd", ".vhd", StringComparison.Ordinal)}"))
            {
                // Merged: its header is that of the oldest and its name not that of the alias.
                continue;
            }

            await CopyAsync(disk, alias, codec);

            var expected = await DirectoryDecoding.DecodedFilesAsync(golden, disk.DataPath.Value, codec);
            var found = await DirectoryDecoding.DecodedFilesAsync(_remote, disk.DataPath.Value, codec);
            Assert.Equal(expected.Keys, found.Keys);
            Assert.All(expected, file => Assert.True(file.Value.AsSpan().SequenceEqual(found[file.Key]), $"{alias}: {file.Key}"));
            Assert.Equal(filters, found.TryGetValue("chunk-filters.json", out var text) ? System.Text.Encoding.UTF8.GetString(text) : null);
            Assert.Equal(await File.ReadAllTextAsync(path, Cancellation), await _writing.TextAsync(alias.Value));
            count++;
        }

        Assert.InRange(count, 4, 100);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(512)]
    [InlineData((2 << 20) + 1)]
    public async Task CompleteAsync_SmallAndEmptyDisks_Open(long size)
    {
        await _writing.WriteAllAsync([], DirectoryWriting.Options with { Codec = BlockCodec.Brotli }, DirectoryWriting.Disk with { VirtualSize = size });

        await using var disk = await VhdDirectory.OpenAsync(_remote, DirectoryWriting.Alias, Cancellation);
        Assert.Equal(size, disk.VirtualSize);
        Assert.Empty(disk.AllocatedBlocks);
    }

    [Fact]
    public async Task CompleteAsync_Always_PublishesTheAliasLastAndAfterOneFlush()
    {
        await _writing.WriteAllAsync([0, 3]);

        var log = _remote.Log.Where(static entry => entry.Operation is RemoteOperation.WriteAll or RemoteOperation.Flush).ToList();
        var flush = Assert.Single(log, static entry => entry.Operation == RemoteOperation.Flush);
        Assert.Equal("v/data/d.vhd", flush.Path.Value);
        Assert.Equal(["v/d.alias.vhd"], log.SkipWhile(static entry => entry.Operation != RemoteOperation.Flush).Skip(1).Select(static entry => entry.Path.Value));
    }

    [Fact]
    public async Task WriteBlockAsync_NotAnnouncedOrTwice_IsRefused()
    {
        await using var writer = await _writing.CreateAsync([0, 1]);
        await DirectoryWriting.WriteAsync(writer, 1);

        await Assert.ThrowsAsync<InvalidOperationException>(() => DirectoryWriting.WriteAsync(writer, 1));
        await Assert.ThrowsAsync<InvalidOperationException>(() => DirectoryWriting.WriteAsync(writer, 2));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await writer.CompleteAsync(Cancellation));
        await Assert.ThrowsAsync<ArgumentException>(async () => await writer.WriteBlockAsync(0, new byte[512], Cancellation));
        Assert.False(await _writing.ExistsAsync("v/d.alias.vhd"));
    }

    [Fact]
    public async Task CreateAsync_WhatMakesNoSense_IsRefused()
    {
        await Assert.ThrowsAsync<ArgumentException>(async () => await _writing.CreateAsync([0], alias: RemotePath.Parse("v/d.vhd")));
        await Assert.ThrowsAsync<ArgumentException>(async () => await _writing.CreateAsync([0], alias: RemotePath.Parse("v/.alias.vhd")));
        await Assert.ThrowsAsync<ArgumentException>(async () => await _writing.CreateAsync([1, 1]));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await _writing.CreateAsync([4]));
        await Assert.ThrowsAsync<ArgumentException>(async () => await _writing.CreateAsync([0], disk: DirectoryWriting.Disk with { ParentName = "p.alias.vhd" }));
        Assert.DoesNotContain(_remote.Log, static entry => entry.Operation is RemoteOperation.WriteAll or RemoteOperation.Delete);
    }

    // A storage that hands back something else than it was given is noticed before anybody can see the disk.
    [Fact]
    public async Task CompleteAsync_StorageGivesBackAnotherBat_PublishesNothing()
    {
        await using (var writer = await _writing.CreateAsync([0]))
        {
            await DirectoryWriting.WriteAsync(writer, 0);
            _remote.At(RemoteOperation.Flush, "", async stop =>
                await _remote.WriteAllAsync(RemotePath.Parse("v/data/d.vhd/bat"), new byte[] { 0xC0, 0, 0, 0 }, default, stop));

            await Assert.ThrowsAsync<IntegrityException>(async () => await writer.CompleteAsync(Cancellation));
        }

        Assert.False(await _writing.ExistsAsync("v/d.alias.vhd"));
        Assert.False(await _writing.ExistsAsync("v/data/d.vhd"));
    }

    private async Task CopyAsync(VhdDirectory disk, RemotePath alias, BlockCodec codec)
    {
        var options = new VhdDirectoryWriteOptions { Timestamp = disk.Footer.CreatedAt, Codec = codec, Geometry = VhdGeometry.OfXenOrchestra(disk.VirtualSize) };
        var identity = new MirrorBackup.Disks.DiskIdentity(disk.Id, disk.ParentId, disk.ParentName, disk.VirtualSize);
        await using var writer = await VhdDirectoryWriter.CreateAsync(_remote, alias, identity, disk.AllocatedBlocks, options, Cancellation);
        var (bitmap, data) = (new byte[512], new byte[disk.BlockSize]);
        foreach (var block in disk.AllocatedBlocks.Reverse())
        {
            await disk.ReadBlockAsync(block, bitmap, data, Cancellation);
            await writer.WriteBlockAsync(block, data, Cancellation);
        }

        await writer.CompleteAsync(Cancellation);
    }
}
