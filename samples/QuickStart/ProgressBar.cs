using MirrorBackup.Mirroring;
using Spectre.Console;

namespace MirrorBackup.QuickStart;

/// <summary>Shows how far a run is: a bar that grows on a terminal, lines where the output goes elsewhere.</summary>
internal static class ProgressBar
{
    private const int Steps = 4;

    /// <summary>Runs something and shows its progress; the run reports from its own threads.</summary>
    public static async Task<MirrorReport> ShowAsync(Func<IProgress<MirrorProgress>, Task<MirrorReport>> run)
    {
        if (!AnsiConsole.Profile.Capabilities.Interactive)
        {
            return await run(new Lines());
        }

        return await AnsiConsole.Progress().StartAsync(async context =>
        {
            var task = context.AddTask("mirroring");
            var report = await run(new Bar(task));
            task.Value = task.MaxValue;
            return report;
        });
    }

    private static double Share(MirrorProgress value) =>
        value.VmsTotal > 0 && value.VmsDone == value.VmsTotal ? 1
        : value.BytesExpected > 0 ? Math.Min(1, (double)value.BytesRead / value.BytesExpected)
        : 0;

    private sealed class Bar(ProgressTask task) : IProgress<MirrorProgress>
    {
        public void Report(MirrorProgress value) => task.Value = task.MaxValue * Share(value);
    }

    private sealed class Lines : IProgress<MirrorProgress>
    {
        private readonly Lock _lock = new();
        private int _shown;

        public void Report(MirrorProgress value)
        {
            lock (_lock)
            {
                var reached = (int)(Share(value) * Steps);
                if (reached > _shown)
                {
                    _shown = reached;
                    Console.WriteLine($"progress [{new string('#', reached * 5).PadRight(Steps * 5)}] {reached * 100 / Steps} %");
                }
            }
        }
    }
}
