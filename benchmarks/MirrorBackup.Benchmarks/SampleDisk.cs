using MirrorBackup.Disks;
using MirrorBackup.Remotes;
using MirrorBackup.Vhd;

namespace MirrorBackup.Benchmarks;

/// <summary>VHD files with <see cref="SampleContent"/>.</summary>
internal static class SampleDisk
{
    public const int BlockBytes = 2 << 20;
    public const int BitmapBytes = BlockBytes / 512 / 8;

    public static Guid KeyId { get; } = IdOf(0);

    public static Guid IdOf(int revision) => new(revision + 1, 0, 0x4000, 0x80, 0, 0, 0, 0, 0, 0, 1);

    public static async Task WriteAsync(IRemote remote, string path, DiskIdentity disk, IReadOnlyList<int> blocks)
    {
        var options = new VhdWriteOptions { Timestamp = DateTimeOffset.UnixEpoch.AddYears(56) };
        await using var writer = await VhdFileWriter.CreateAsync(remote, RemotePath.Parse(path), disk, blocks, options);
        var random = new Random(blocks.Count);
        var data = new byte[BlockBytes];
        foreach (var block in blocks)
        {
            SampleContent.Fill(random, data);
            await writer.WriteBlockAsync(block, data);
        }

        await writer.CompleteAsync();
    }
}
