using MirrorBackup.Mirroring;
using Spectre.Console;

namespace MirrorBackup.Cli;

/// <summary>Shows how far a run is, on a terminal in place; where standard error is no terminal nothing is shown.</summary>
internal static class ProgressBar
{
    /// <summary>Runs something and shows its progress.</summary>
    public static async Task<T> ShowAsync<T>(IAnsiConsole console, Func<IProgress<MirrorProgress>?, Task<T>> run)
    {
        if (!console.Profile.Capabilities.Interactive)
        {
            return await run(null);
        }

        return await console.Progress()
            .Columns(new ProgressBarColumn(), new PercentageColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
            .StartAsync(context => run(new Bar(context.AddTask("reading catalogues"))));
    }

    private sealed class Bar(ProgressTask task) : IProgress<MirrorProgress>
    {
        public void Report(MirrorProgress value)
        {
            task.MaxValue = Math.Max(1, Math.Max(value.BytesExpected, value.BytesRead));
            task.Value = value.VmsDone == value.VmsTotal && value.VmsTotal > 0 ? task.MaxValue : value.BytesRead;
            task.Description = Markup.Escape($"{value.VmsDone}/{value.VmsTotal} VMs, {Amount.OfBytes(value.BytesRead)} read, {Amount.OfBytes(value.BytesWritten)} written: {value.Activity}");
        }
    }
}
