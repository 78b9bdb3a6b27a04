using MirrorBackup.Remotes;
using MirrorBackup.Vhd.Merging;

namespace MirrorBackup.Fuzzing.Targets;

/// <summary>A merge of VHD directories that was interrupted, with one damaged file: it is finished, dropped or refused.</summary>
internal sealed class MergeResumeTarget : DamagedRepositoryTarget
{
    public override string Name => "merge-resume";

    public override int Iterations => 200;

    public override IReadOnlyList<string> Names => [".vhd"];

    protected override IReadOnlyList<GoldenRepository> Corpus => GoldenRepository.Interrupted;

    protected override async Task ReadAsync(GoldenRepository golden, MemoryRemote storage, CancellationToken cancellationToken)
    {
        var state = RemotePath.Parse(golden.Files.Keys.Single(static file => file.EndsWith(".merge.json", StringComparison.Ordinal)));
        await VhdMerge.ResumeAsync(storage, state.Parent, state.Name, static _ => false, null, cancellationToken);
    }
}
