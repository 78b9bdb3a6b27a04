using System.Collections.Immutable;
using MirrorBackup.Backups;
using MirrorBackup.Planning;

namespace MirrorBackup.Mirroring;

/// <summary>Which restore points a step concerns.</summary>
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
