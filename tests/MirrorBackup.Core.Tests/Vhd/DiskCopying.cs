using MirrorBackup.Disks;
using MirrorBackup.Remotes;
using MirrorBackup.Vhd;

namespace MirrorBackup.Tests.Vhd;

/// <summary>Copies a disk block by block, as simply as it can be done.</summary>
internal static class DiskCopying
{
    public static async Task WriteAsync(
        IVirtualDisk source, string? parentName, IRemote target, RemotePath path, IReadOnlyList<int>? order = null, VhdWriteOptions? options = null)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var identity = new DiskIdentity(source.Id, source.ParentId, parentName, source.VirtualSize);
        options ??= new VhdWriteOptions { Timestamp = new(2026, 2, 23, 12, 0, 0, TimeSpan.Zero) };
        await using var writer = await VhdFileWriter.CreateAsync(target, path, identity, order ?? source.AllocatedBlocks, options, cancellation);
        var (bitmap, data) = (new byte[512], new byte[source.BlockSize]);
        foreach (var block in writer.Blocks)
        {
            await source.ReadBlockAsync(block, bitmap, data, cancellation);
            Assert.False(bitmap.AsSpan().ContainsAnyExcept((byte)0xFF));
            await writer.WriteBlockAsync(block, data, cancellation);
        }

        await writer.CompleteAsync(cancellation);
    }
}
