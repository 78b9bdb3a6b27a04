using System.Globalization;
using System.Text;
using MirrorBackup.Backups;

namespace MirrorBackup.Planning;

/// <summary>Plans in words.</summary>
internal static class PlanText
{
    internal static string Of(MirrorPlan plan)
    {
        var text = new StringBuilder();
        var mode = plan.Mode == BackupMode.Full ? "full" : "incremental";
        text.Append(CultureInfo.InvariantCulture, $"VM {plan.VmId}, {mode}, source {Chain(plan.Source, plan.Names)}\n");
        foreach (var destination in plan.Destinations)
        {
            text.Append(Of(destination));
        }

        return text.ToString();
    }

    internal static string Of(DestinationPlan plan)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{plan.Name}: {Chain(plan.Before, plan.Names)} -> {Chain(plan.Result, plan.Names)}, keeps {plan.Retention}\n");
        var letters = new StepLetters(plan);
        var number = 0;
        foreach (var step in plan.Steps)
        {
            var cause = step.Reason.Cause is { } point ? $" ({plan.Names[point]})" : "";
            text.Append(CultureInfo.InvariantCulture, $"  {++number}. {Tell(step, letters, plan)}: {step.Reason.Text}{cause}\n");
        }

        if (plan.Steps.IsEmpty)
        {
            text.Append("  nothing to do\n");
        }

        foreach (var conflict in plan.Conflicts)
        {
            text.Append(CultureInfo.InvariantCulture, $"  conflict{Letters(conflict, plan.Names)}: {conflict.Message}\n");
        }

        foreach (var warning in plan.Warnings)
        {
            text.Append(CultureInfo.InvariantCulture, $"  warning: {warning.Message}\n");
        }

        foreach (var group in plan.OutOfScope)
        {
            text.Append(CultureInfo.InvariantCulture, $"  not counted: {group.Count} of job {group.JobId}, schedule {group.ScheduleId}\n");
        }

        AppendForecast(text, plan.Forecast);
        return text.ToString();
    }

    private static void AppendForecast(StringBuilder text, PlanForecast forecast)
    {
        if (forecast.BytesToSend + forecast.BytesToMerge + forecast.BytesToFree > 0)
        {
            var bound = forecast.IsUpperBound ? "at most " : "";
            text.Append(
                CultureInfo.InvariantCulture,
                $"  forecast: {bound}{ByteText.Of(forecast.BytesToSend)} to send{Ways(forecast)}, {ByteText.Of(forecast.BytesToMerge)} to merge, {ByteText.Of(forecast.BytesToFree)} to free\n");
        }
    }

    // One way is said as it is; of several each with its part.
    private static string Ways(PlanForecast forecast)
    {
        var taken = Enum.GetValues<TransferWay>().Where(way => forecast.BytesBy(way) > 0).ToList();
        return taken switch
        {
            [] => "",
            [var only] => $" ({TransferWays.Words(only)})",
            _ => $" ({string.Join(", ", taken.Select(way => $"{ByteText.Of(forecast.BytesBy(way))} {TransferWays.Words(way)}"))})",
        };
    }

    private static string Tell(MirrorStep step, StepLetters letters, DestinationPlan plan)
    {
        var backups = string.Join(", ", letters.Backups(step));
        return step switch
        {
            TransferStep transfer => $"transfer {backups}{How(transfer.Disks, plan)}",
            ReplaceStep replace => $"replace {backups}{How(replace.Disks, plan)}",
            UnlistStep => $"unlist {backups}",
            DeleteStep => $"delete {backups}, {ByteText.Of(step.ByteCount)}",
            MergeStep => $"merge {backups} into {letters.Into(step)}, {ByteText.Of(step.ByteCount)}",
            ResumeMergeStep { RemovesStateOnly: true } => "remove the state of a merge that is over",
            ResumeMergeStep => $"finish the merge of {backups} into {letters.Into(step)}",
            _ => $"skip {backups}",
        };
    }

    private static string How(IReadOnlyCollection<DiskTransfer> disks, DestinationPlan plan)
    {
        if (disks.Count == 0)
        {
            return ", whose disks are already there";
        }

        var ways = disks.Select(disk => Way(disk, plan)).Distinct(StringComparer.Ordinal);
        return $" ({string.Join("; ", ways)}), {ByteText.Of(disks.Sum(disk => disk.ByteCount))}";
    }

    private static string Way(DiskTransfer disk, DestinationPlan plan)
    {
        var sources = disk.SourcePaths.Select(path => plan.Names.OfFile(path[(path.LastIndexOf('/') + 1)..])).ToList();
        var collapsed = disk.IsCollapsed ? $", {sources[0]} to {sources[^1]} as one" : "";
        var what = disk switch
        {
            { Form.Kind: StorageKind.Archive } => "archive",
            { ParentPath: { } parent } => $"delta on {plan.Names.OfFile(parent[(parent.LastIndexOf('/') + 1)..])}{collapsed}",
            { IsCollapsed: true } => $"synthetic key{collapsed}",
            _ => "key",
        };
        return $"{what}, {TransferWays.Words(disk.Way)}";
    }

    private static string Letters(PlanConflict conflict, PointNames names) => conflict.Points switch
    {
        [] => "",
        [var only] => $" ({names[only]})",
        [var first, .., var last] => $" ({names[first]} to {names[last]})",
    };

    private static string Chain(BackupChain chain, PointNames names) =>
        ChainNotation.Format(chain, names) is { Length: > 0 } letters ? letters : "nothing";
}
