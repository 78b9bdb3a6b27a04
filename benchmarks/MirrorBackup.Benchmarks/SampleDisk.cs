using MirrorBackup.Disks;
using MirrorBackup.Remotes;
using MirrorBackup.Vhd;

namespace MirrorBackup.Benchmarks;

/// <summary>VHD files with <see cref="SampleContent"/>.</summary>
internal static class SampleDisk
{
    public const int BlockBytes = 2 << 20;
    public const int BitmapBytes = BlockBytes / 512 / 8;

    public static Guid KeyId { get; } = new("00000001-0000-4000-8000-000000000001");

    public static Guid DeltaId { get; } = new("00000002-0000-4000-8000-000000000002");

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
