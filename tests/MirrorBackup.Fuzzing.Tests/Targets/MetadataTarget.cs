using MirrorBackup.Fuzzing.Engine;
using MirrorBackup.Remotes;
using MirrorBackup.Repositories;

namespace MirrorBackup.Fuzzing.Targets;

internal sealed class MetadataTarget : BytesTarget
{
    public override string Name => "metadata";

    public override int Iterations => 5000;

    public override long MaximumAllocation(int inputLength) => (4L << 20) + (256L * inputLength);

    protected override IReadOnlyList<byte[]> Corpus { get; } = GoldenMetadata.Files;

    public override Task RunAsync(byte[] input, CancellationToken cancellationToken)
    {
        var metadata = BackupMetadata.Parse(input, "vm/20260105T010000Z.json");
        foreach (var path in metadata.Disks.Select(static disk => disk.Path).Append(metadata.ArchivePath))
        {
            FuzzAssertionException.ThrowUnless(path is null || RemotePath.TryParse(path, out _), $"\"{path}\" was accepted");
        }

        var again = BackupMetadata.Parse(metadata.ToUtf8(), "again.json");
        FuzzAssertionException.ThrowUnless(again.Id == metadata.Id && again.ToUtf8().AsSpan().SequenceEqual(metadata.ToUtf8()), "it is not written as it was read");
        return Task.CompletedTask;
    }
}
