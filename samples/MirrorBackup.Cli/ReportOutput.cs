using MirrorBackup.Mirroring;
using MirrorBackup.Planning;

namespace MirrorBackup.Cli;

/// <summary>Prints a report for people.</summary>
internal static class ReportOutput
{
    /// <summary>Prints it.</summary>
    public static async Task WriteAsync(TextWriter output, MirrorReport report)
    {
        foreach (var vm in report.Vms)
        {
            await output.WriteLineAsync($"{vm.VmName ?? "(no name)"}  {vm.VmId}: {Words(vm.Outcome)}{Because(vm.Error)}");
            foreach (var warning in vm.Warnings)
            {
                await output.WriteLineAsync($"  warning: {warning}");
            }

            foreach (var destination in vm.Destinations)
            {
                await WriteAsync(output, destination);
            }
        }

        await output.WriteLineAsync(
            $"{Words(report.Outcome)}: {report.Vms.Length} VMs, {Amount.OfBytes(report.BytesRead)} read, {Amount.OfBytes(report.BytesWritten)} written, {report.Duration.TotalSeconds:0.0} s");
    }

    private static async Task WriteAsync(TextWriter output, DestinationReport destination)
    {
        await output.WriteLineAsync(
            $"  {destination.Name}: {Letters(destination.Before)} -> {Letters(destination.Planned)}: {Words(destination.Outcome)}{Because(destination.Error)}");
        foreach (var step in destination.Steps)
        {
            await output.WriteLineAsync($"    {step.Kind} {string.Join(", ", step.Points)}: {Words(step.Outcome)}{Ways(step)}, {step.Reason}{Because(step.Error)}");
        }

        if (destination.HealthCheck is { } check)
        {
            await output.WriteLineAsync($"    health check of {check.Point}: {Words(check.Outcome)}");
        }

        foreach (var conflict in destination.Conflicts)
        {
            await output.WriteLineAsync($"    conflict: {conflict}");
        }

        foreach (var warning in destination.Warnings)
        {
            await output.WriteLineAsync($"    warning: {warning}");
        }
    }

    private static string Ways(StepReport step) => string.Concat(step.Disks.Select(disk => disk.Way).Distinct().Select(way => way switch
    {
        TransferWay.PassThrough => ", as stored",
        TransferWay.ReEncrypt => ", re-encrypted",
        TransferWay.Recode => ", recoded",
        _ => ", converted",
    }));

    private static string Letters(string? chain) => chain switch
    {
        null => "?",
        "" => "nothing",
        _ => chain,
    };

    private static string Because(ReportedError? error) => error is null ? "" : $" ({error.Code}: {error.Message})";

    private static string Words(MirrorOutcome outcome) => outcome switch
    {
        MirrorOutcome.UpToDate => "up to date",
        MirrorOutcome.Succeeded => "succeeded",
        MirrorOutcome.Excluded => "excluded",
        MirrorOutcome.ModeMismatch => "no backup of this mode",
        MirrorOutcome.Incomplete => "incomplete",
        MirrorOutcome.NotRun => "not run",
        _ => "failed",
    };
}
