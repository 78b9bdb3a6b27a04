using System.Text;
using MirrorBackup.Remotes;
using MirrorBackup.Repositories;

namespace MirrorBackup.Fuzzing.Targets;

/// <summary><c>immutability.json</c>: one that cannot be understood protects everything.</summary>
internal sealed class ImmutabilityTarget : BytesTarget
{
    private static readonly DateTimeOffset s_now = new(2026, 1, 5, 1, 0, 0, TimeSpan.Zero);

    public override string Name => "immutability";

    public override int Iterations => 5000;

    public override long MaximumAllocation(int inputLength) => (2L << 20) + (128L * inputLength);

    protected override IReadOnlyList<byte[]> Corpus { get; } =
        [Encoding.ASCII.GetBytes("""{"immutable":true,"duration":604800000}"""), Encoding.ASCII.GetBytes("""{"immutable":false}"""), Encoding.ASCII.GetBytes("""{"duration":1,"since":"2026"}""")];

    public override async Task RunAsync(byte[] input, CancellationToken cancellationToken)
    {
        await using var remote = new MemoryRemote();
        await remote.WriteAllAsync(RemotePath.Parse("immutability.json"), input, default, cancellationToken);
        if (await ImmutabilityMarker.ReadAsync(remote, cancellationToken) is { } marker)
        {
            marker.Protects(0, s_now);
            marker.Protects(253402300799999, s_now);
        }
    }
}
