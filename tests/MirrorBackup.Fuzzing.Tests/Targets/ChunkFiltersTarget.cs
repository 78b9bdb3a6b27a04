using MirrorBackup.Remotes;
using MirrorBackup.Vhd.Directories;

namespace MirrorBackup.Fuzzing.Targets;

internal sealed class ChunkFiltersTarget : BytesTarget
{
    public override string Name => "chunk-filters";

    public override int Iterations => 5000;

    public override long MaximumAllocation(int inputLength) => (2L << 20) + (64L * inputLength);

    protected override IReadOnlyList<byte[]> Corpus { get; } = ["[\"brotli\"]"u8.ToArray(), "[\"gzip\"]"u8.ToArray(), "[]"u8.ToArray(), "[\"gzip\",{\"a\":[1]}]"u8.ToArray()];

    public override Task RunAsync(byte[] input, CancellationToken cancellationToken)
    {
        VhdDirectoryLayout.ParseFilters(input, RemotePath.Parse("d.vhd/chunk-filters.json"));
        return Task.CompletedTask;
    }
}
