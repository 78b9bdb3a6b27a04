using System.Text;
using MirrorBackup.Backups;
using MirrorBackup.Disks;
using MirrorBackup.Remotes;
using MirrorBackup.Vhd.Directories;

namespace MirrorBackup.Tests.Vhd.Directories;

/// <summary>Disks of which block i is filled with the byte i + 1, written as directories into the folder <c>v</c>.</summary>
internal sealed class DirectoryWriting(IRemote remote)
{
    public const int BlockSize = 2 << 20;

    public static DiskIdentity Disk { get; } = new(new("00000001-0000-4000-8000-000000000001"), null, null, 8L << 20);

    public static VhdDirectoryWriteOptions Options { get; } = new() { Timestamp = new(2026, 2, 23, 12, 0, 0, TimeSpan.Zero), Codec = BlockCodec.None };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static RemotePath Alias { get; } = RemotePath.Parse("v/d.alias.vhd");

    public static byte[] Content(int block) => [.. Enumerable.Repeat((byte)(block + 1), BlockSize)];

    public ValueTask<VhdDirectoryWriter> CreateAsync(int[] blocks, VhdDirectoryWriteOptions? options = null, DiskIdentity? disk = null, RemotePath? alias = null) =>
        VhdDirectoryWriter.CreateAsync(remote, alias ?? Alias, disk ?? Disk, blocks, options ?? Options, Cancellation);

    public static async Task WriteAsync(VhdDirectoryWriter writer, params int[] blocks)
    {
        foreach (var block in blocks)
        {
            await writer.WriteBlockAsync(block, Content(block), Cancellation);
        }
    }

    public async Task<long> WriteAllAsync(int[] blocks, VhdDirectoryWriteOptions? options = null, DiskIdentity? disk = null, RemotePath? alias = null)
    {
        await using var writer = await CreateAsync(blocks, options, disk, alias);
        await WriteAsync(writer, blocks);
        return await writer.CompleteAsync(Cancellation);
    }

    public async Task PutAsync(string path, string content) => await remote.WriteAllAsync(RemotePath.Parse(path), Encoding.UTF8.GetBytes(content), default, Cancellation);

    public async Task<string> TextAsync(string path) => Encoding.UTF8.GetString(await remote.ReadAllAsync(RemotePath.Parse(path), 1 << 20, Cancellation));

    public async Task<bool> ExistsAsync(string path) => await remote.StatAsync(RemotePath.Parse(path), Cancellation) is not null;

    /// <summary>Opens what the alias leads to and compares every block.</summary>
    public async Task AssertHoldsAsync(params int[] blocks)
    {
        await using var disk = await VhdDirectory.OpenAsync(remote, Alias, Cancellation);
        Assert.Equal(blocks, disk.AllocatedBlocks);
        var (bitmap, data) = (new byte[512], new byte[BlockSize]);
        foreach (var block in blocks)
        {
            await disk.ReadBlockAsync(block, bitmap, data, Cancellation);
            Assert.True(data.AsSpan().SequenceEqual(Content(block)), $"block {block}");
        }
    }
}
