using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using MirrorBackup.Backups;
using MirrorBackup.Repositories;
using Spectre.Console;

namespace MirrorBackup.Cli.Commands;

/// <summary><c>list</c>: VMs and restore points of a repository.</summary>
internal static class ListCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal) => RepositoryCommand.Create(
        "list",
        "List the VMs and restore points of a repository.",
        async (repository, json, cancellationToken) =>
        {
            var catalogues = new List<VmCatalogue>();
            foreach (var vm in await repository.ListVmsAsync(cancellationToken))
            {
                catalogues.Add(await repository.LoadAsync(vm, cancellationToken));
            }

            if (json)
            {
                await JsonOutput.WriteAsync(terminal.Output, writer => Write(writer, catalogues));
            }
            else
            {
                Show(terminal.Results, catalogues, TimeProvider.System.GetUtcNow());
            }

            return ExitCode.Success;
        });

    private static void Show(IAnsiConsole console, List<VmCatalogue> catalogues, DateTimeOffset now)
    {
        if (catalogues.Count == 0)
        {
            console.WriteLine("no VM has a backup here");
        }

        foreach (var catalogue in catalogues)
        {
            console.MarkupLineInterpolated($"[bold]{catalogue.VmName ?? "(no name)"}[/]  {catalogue.VmId}  {Letters(catalogue)}");
            var table = new Table { Border = TableBorder.Simple };
            table.AddColumns("time (UTC)", "mode", "kind", "disks");
            table.AddColumn(new TableColumn("size").RightAligned());
            table.AddColumn(new TableColumn("age").RightAligned());
            table.AddColumn("state");
            foreach (var (point, _) in catalogue.Points)
            {
                var chain = catalogue.Chain(point.Id.Mode);
                table.AddRow(
                    Markup.Escape(point.Id.ToString()),
                    point.Id.Mode == BackupMode.Full ? "full" : "incremental",
                    KindOf(chain, point),
                    point.Id.Mode == BackupMode.Full ? "archive" : point.Disks.Length.ToString(CultureInfo.InvariantCulture),
                    Amount.OfBytes(point.Size),
                    Amount.OfAge(now.ToUnixTimeMilliseconds() - point.Id.Timestamp),
                    chain.IsRestorable(point) ? "ok" : "cannot be restored");
            }

            console.Write(table);
            foreach (var problem in catalogue.Problems)
            {
                console.WriteLine($"  problem: {problem.Path}: {problem.Message}");
            }
        }
    }

    private static void Write(Utf8JsonWriter writer, List<VmCatalogue> catalogues)
    {
        writer.WriteStartArray();
        foreach (var catalogue in catalogues)
        {
            writer.WriteStartObject();
            writer.WriteString("vm", catalogue.VmId);
            writer.WriteString("name", catalogue.VmName);
            writer.WriteStartArray("points");
            foreach (var (point, _) in catalogue.Points)
            {
                WritePoint(writer, catalogue.Chain(point.Id.Mode), point);
            }

            writer.WriteEndArray();
            writer.WriteStartArray("problems");
            foreach (var problem in catalogue.Problems)
            {
                writer.WriteStartObject();
                writer.WriteString("kind", JsonOutput.CamelCase(problem.Kind.ToString()));
                writer.WriteString("path", problem.Path);
                writer.WriteString("message", problem.Message);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WritePoint(Utf8JsonWriter writer, BackupChain chain, RestorePoint point)
    {
        writer.WriteStartObject();
        writer.WriteString("name", point.Name);
        writer.WriteNumber("timestamp", point.Id.Timestamp);
        writer.WriteString("mode", point.Id.Mode == BackupMode.Full ? "full" : "incremental");
        writer.WriteString("kind", KindOf(chain, point));
        writer.WriteNumber("size", point.Size);
        writer.WriteString("jobId", point.JobId);
        writer.WriteString("scheduleId", point.ScheduleId);
        writer.WriteBoolean("restorable", chain.IsRestorable(point));
        writer.WriteStartArray("disks");
        foreach (var disk in point.Disks)
        {
            var revision = chain.Revision(disk.Path);
            writer.WriteStartObject();
            writer.WriteString("disk", disk.Disk);
            writer.WriteString("path", disk.Path);
            if (revision is not null)
            {
                writer.WriteString("kind", revision.IsDelta ? "delta" : "key");
                writer.WriteNumber("virtualSize", revision.VirtualSize);
                writer.WriteNumber("allocatedBytes", revision.AllocatedBytes);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static string Letters(VmCatalogue catalogue)
    {
        BackupChain[] chains = [catalogue.Chain(BackupMode.Incremental), catalogue.Chain(BackupMode.Full)];
        var names = PointNames.Of(chains);
        return string.Join(", ", chains.Where(chain => !chain.Points.IsEmpty).Select(chain => ChainNotation.Format(chain, names)));
    }

    private static string KindOf(BackupChain chain, RestorePoint point)
    {
        var deltas = point.Disks.Count(disk => chain.Revision(disk.Path) is { IsDelta: true });
        return deltas == 0 ? "key" : deltas == point.Disks.Length ? "delta" : "mixed";
    }
}
