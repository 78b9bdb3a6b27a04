using System.Text;
using MirrorBackup.Fuzzing.Engine;
using MirrorBackup.Vhd.Merging;

namespace MirrorBackup.Fuzzing.Targets;

internal sealed class MergeStateTarget : BytesTarget
{
    public override string Name => "merge-state";

    public override int Iterations => 5000;

    public override long MaximumAllocation(int inputLength) => (2L << 20) + (256L * inputLength);

    protected override IReadOnlyList<byte[]> Corpus { get; } =
    [
        .. GoldenFiles.Load("g-interrupted-merge-dir-blocks").Concat(GoldenFiles.Load("g-interrupted-merge-dir-cleanup"))
            .Where(static file => file.Key.EndsWith(".merge.json", StringComparison.Ordinal)).Select(static file => file.Value),
        Encoding.ASCII.GetBytes("""{"child":{"uuid":"a1000000-0000-0000-0000-000000000000","header":1},"parent":{"uuid":"a2000000-0000-0000-0000-000000000000","footerChecksum":7},"chain":["a.vhd","b.vhd","./c.vhd"],"currentBlock":3,"mergedDataSize":4096,"step":"cleanup","diskSize":1,"appendSector":9,"childData":["data/b.vhd"]}"""),
    ];

    public override Task RunAsync(byte[] input, CancellationToken cancellationToken)
    {
        var state = MergeState.Parse(input, "folder/.a.vhd.merge.json");
        FuzzAssertionException.ThrowUnless(state.Chain.Length != 1, "a chain of one");
        if (state.Defect is null && !state.Chain.IsEmpty)
        {
            var again = MergeState.Parse(state.ToJson(), "again.json");
            FuzzAssertionException.ThrowUnless(again.Chain.SequenceEqual(state.Chain) && again.CurrentBlock == state.CurrentBlock && again.Step == state.Step, "it is not read back");
        }

        return Task.CompletedTask;
    }
}
