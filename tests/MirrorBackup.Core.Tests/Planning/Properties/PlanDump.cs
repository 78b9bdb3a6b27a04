using System.Text;
using MirrorBackup.Backups;
using MirrorBackup.Planning;

namespace MirrorBackup.Tests.Planning.Properties;

/// <summary>Plans and chains as text without letters, to compare them to the last detail.</summary>
internal static class PlanDump
{
    internal static string Of(DestinationPlan plan)
    {
        var text = new StringBuilder().AppendLine(plan.Name);
        foreach (var step in plan.Steps)
        {
            text.AppendLine(Of(step));
        }

        foreach (var conflict in plan.Conflicts)
        {
            text.AppendLine($"conflict {conflict.Kind} [{string.Join(",", conflict.Points)}] [{string.Join(",", conflict.Paths)}]");
        }

        foreach (var warning in plan.Warnings)
        {
            text.AppendLine($"warning {warning.Kind} {warning.Point}");
        }

        return text.AppendLine(plan.Forecast.ToString()).AppendLine(Of(plan.Result, withBytes: true)).ToString();
    }

    internal static string Of(MirrorStep step) => step switch
    {
        ResumeMergeStep resume => $"resume {resume.Merge.StatePath} {resume.ByteCount}",
        SkipStep skip => $"skip {Of(skip.Point)} {skip.Reason.Kind}",
        TransferStep transfer => $"transfer {Of(transfer.Point)} as {Of(transfer.Written)}: {Of(transfer.Disks)} {transfer.Reason.Kind} {transfer.ByteCount}",
        ReplaceStep replace => $"replace {Of(replace.Point)} at {Of(replace.Listed)} as {Of(replace.Written)}: {Of(replace.Disks)} {replace.ByteCount}",
        UnlistStep unlist => $"unlist {Of(unlist.Point)} {unlist.Reason.Kind}",
        MergeStep merge => $"merge [{string.Join(",", merge.Backups.Select(Of))}] into {Of(merge.Into)}: {string.Join("; ", merge.Disks.Select(disk => disk.Disk + " " + string.Join(">", disk.Paths)))} {merge.ByteCount}",
        DeleteStep delete => $"delete {(delete.Point is null ? "" : Of(delete.Point))} {string.Join(",", delete.Paths)} {delete.ByteCount}",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    internal static string Of(RestorePoint point) =>
        $"{point.Name}@{point.Id.Timestamp}({point.JobId}/{point.ScheduleId}: {string.Join(",", point.Disks.OrderBy(disk => disk.Disk, StringComparer.Ordinal).Select(disk => disk.Path))})";

    internal static string Of(IBackupChain chain, bool withBytes)
    {
        var text = new StringBuilder();
        foreach (var point in chain.Points.OrderBy(point => point.Name, StringComparer.Ordinal))
        {
            text.AppendLine(Of(point) + (point.IsProtected ? " protected" : ""));
        }

        foreach (var revision in chain.Revisions.OrderBy(revision => revision.Path, StringComparer.Ordinal))
        {
            text.AppendLine($"{revision.Path} {revision.Disk} {revision.Id} on {revision.ParentId} {revision.Form} {revision.IsReadable} {revision.VirtualSize}"
                + (withBytes ? $" {revision.AllocatedBytes}" : ""));
        }

        foreach (var merge in chain.PendingMerges.OrderBy(merge => merge.StatePath, StringComparer.Ordinal))
        {
            text.AppendLine($"pending {merge.StatePath} {string.Join(",", merge.Paths)}");
        }

        return text.ToString();
    }

    private static string Of(IEnumerable<DiskTransfer> disks) => string.Join("; ", disks.Select(disk =>
        $"{disk.Disk} {string.Join(">", disk.SourcePaths)} = {disk.RevisionId} to {disk.TargetPath} on {disk.ParentPath} {disk.ParentId} {disk.Form} {disk.ByteCount}"));
}
