using System.Collections.Immutable;
using MirrorBackup.Backups;
using MirrorBackup.Planning;
using MirrorBackup.Remotes;

namespace MirrorBackup.Mirroring;

/// <summary>Which restore points and disks a step concerns.</summary>
internal static class StepPoints
{
    public static PointId? TransferredBy(MirrorStep? step) => step switch
    {
        TransferStep transfer => transfer.Point.Id,
        ReplaceStep replace => replace.Point.Id,
        _ => null,
    };

    public static bool ContainsTransfer(this ReadOnlySpan<MirrorStep> steps)
    {
        foreach (var step in steps)
        {
            if (step is TransferStep or ReplaceStep)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>What a step writes.</summary>
    public static ImmutableArray<DiskTransfer> DisksOf(MirrorStep step) => step switch
    {
        TransferStep transfer => transfer.Disks,
        ReplaceStep replace => replace.Disks,
        _ => [],
    };

    /// <summary>What a plan is going to write, as paths in the remote.</summary>
    public static HashSet<RemotePath> TargetsOf(DestinationPlan plan, RemotePath folder)
    {
        var targets = new HashSet<RemotePath>();
        foreach (var step in plan.Steps)
        {
            targets.UnionWith(DisksOf(step).Select(disk => folder / disk.TargetPath));
        }

        return targets;
    }

    public static ImmutableArray<string> NamesOf(MirrorStep step) => step switch
    {
        TransferStep transfer => [transfer.Name],
        ReplaceStep replace => [replace.Name],
        SkipStep skip => [skip.Point.Name],
        UnlistStep unlist => [unlist.Point.Name],
        MergeStep merge => [.. merge.Backups.Select(static point => point.Name), merge.Into.Name],
        DeleteStep { Point: { } point } => [point.Name],
        _ => [],
    };
}
