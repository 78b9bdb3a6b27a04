using MirrorBackup.Backups;
using MirrorBackup.Mirroring;
using MirrorBackup.QuickStart;
using MirrorBackup.Remotes;
using MirrorBackup.Retention;
using Spectre.Console;

// What this shows: a repository that Xen Orchestra wrote is mirrored to an empty folder, incremental and full; then the retention is
// lowered, so that a merge is seen; then everything is read back and compared.
var cancellationToken = CancellationToken.None;
var folder = Directory.CreateTempSubdirectory("mirrorbackup-quickstart-");
try
{
    await SampleRepository.UnpackAsync(Path.Combine(folder.FullName, "source"), cancellationToken);
    await using var source = LocalRemote.Open(Path.Combine(folder.FullName, "source"), new LocalRemoteOptions { Name = "source" });
    await using var mirror = LocalRemote.Open(Path.Combine(folder.FullName, "mirror"), new LocalRemoteOptions { Name = "mirror", CreateRoot = true });

    var isDone = await MirrorAsync("Incremental, to an empty mirror that keeps 3", BackupMode.Incremental, RetentionPolicy.KeepLast(3))
        && await MirrorAsync("Full, to the same mirror", BackupMode.Full, RetentionPolicy.KeepLast(3))
        && await MirrorAsync("Incremental again, but now the mirror keeps 2", BackupMode.Incremental, RetentionPolicy.KeepLast(2));
    if (!isDone || !await ContentCheck.RunAsync(source, mirror, cancellationToken))
    {
        AnsiConsole.MarkupLine("[red]failed[/]");
        return 1;
    }

    AnsiConsole.MarkupLine("[green]verified[/]");
    return 0;

    async Task<bool> MirrorAsync(string title, BackupMode mode, RetentionPolicy retention)
    {
        AnsiConsole.Write(new Rule(Markup.Escape(title)).LeftJustified());
        var job = new MirrorJob("quickstart") { Source = source, Mode = mode, Destinations = { new MirrorDestination(mirror, retention) } };
        var runner = new MirrorRunner();

        foreach (var plan in await runner.PlanAsync(job, cancellationToken))
        {
            Console.WriteLine(plan.Explain());
        }

        var report = await ProgressBar.ShowAsync(progress => runner.RunAsync(job, progress, cancellationToken));
        AnsiConsole.MarkupLineInterpolated(
            $"[bold]{(report.IsSuccess ? "done" : "failed")}[/]: {report.BytesRead:N0} bytes read, {report.BytesWritten:N0} written, {report.Duration.TotalSeconds:0.0} s");
        foreach (var error in report.Vms.SelectMany(vm => vm.Destinations.Select(destination => destination.Error).Append(vm.Error)).OfType<ReportedError>())
        {
            AnsiConsole.MarkupLineInterpolated($"[red]{error.Code}: {error.Message}[/]");
        }

        AnsiConsole.WriteLine();
        return report.IsSuccess;
    }
}
finally
{
    folder.Delete(recursive: true);
}
