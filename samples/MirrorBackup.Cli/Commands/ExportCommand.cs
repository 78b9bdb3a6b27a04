using System.CommandLine;
using System.Globalization;
using MirrorBackup.Backups;
using MirrorBackup.Disks;
using MirrorBackup.Repositories;

namespace MirrorBackup.Cli.Commands;

/// <summary><c>export</c>: one disk at one restore point, as a sparse raw image.</summary>
internal sealed class ExportCommand
{
    private readonly Argument<string> _url = RepositoryAccess.UrlArgument();
    private readonly Option<string> _vm = new("--vm") { Description = "The VM.", HelpName = "uuid", Required = true };
    private readonly Option<string> _timestamp = new("--timestamp") { Description = "The restore point: milliseconds as in the metadata, or its name, such as 20260105T010000Z.", HelpName = "time", Required = true };
    private readonly Option<string?> _disk = new("--disk") { Description = "The disk; may be left out where the point has only one.", HelpName = "uuid" };
    private readonly Option<FileInfo> _output = new("--output") { Description = "The image; an existing file is replaced once the new one is whole.", HelpName = "file", Required = true };
    private readonly Terminal _terminal;

    private ExportCommand(Terminal terminal) => _terminal = terminal;

    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var export = new ExportCommand(terminal);
        var command = new Command("export", "Write a disk, as it was at a restore point, to a sparse raw image.")
        {
            export._url, export._vm, export._timestamp, export._disk, export._output,
        };
        command.SetAction(export.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        await using var access = await RepositoryAccess.OpenAsync(parsed.GetRequiredValue(_url), cancellationToken);
        var vm = parsed.GetRequiredValue(_vm);
        var catalogue = await access.Repository.LoadAsync(vm, cancellationToken);
        var point = FindPoint(catalogue, parsed.GetRequiredValue(_timestamp));
        var disk = FindDisk(point, parsed.GetValue(_disk));

        await using var view = await access.Repository.OpenDiskAsync(vm, disk.Path, cancellationToken);
        var output = parsed.GetRequiredValue(_output);
        await WriteAsync(view, output, cancellationToken);
        await _terminal.Error.WriteLineAsync($"{output.Name}: {view.VirtualSize} bytes of disk {disk.Disk} at {point.Id}");
        return ExitCode.Success;
    }

    private static async Task WriteAsync(IVirtualDisk disk, FileInfo output, CancellationToken cancellationToken)
    {
        var partial = output.FullName + ".partial";
        try
        {
            await using (var image = new FileStream(partial, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, BufferSize = 0 }))
            {
                await RawImage.ExportAsync(disk, image, cancellationToken: cancellationToken);
                image.Flush(flushToDisk: true);
            }

            File.Move(partial, output.FullName, overwrite: true);
        }
        catch
        {
            File.Delete(partial);
            throw;
        }
    }

    private static RestorePoint FindPoint(VmCatalogue catalogue, string time)
    {
        var chain = catalogue.Chain(BackupMode.Incremental);
        var point = long.TryParse(time, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var timestamp)
            ? chain.Find(new PointId(BackupMode.Incremental, timestamp))
            : chain.Points.FirstOrDefault(candidate => candidate.Name == time);
        return point ?? throw new MirrorBackupException(
            ErrorCodes.RemoteNotFound,
            $"VM {catalogue.VmId}: found no incremental restore point {time}; there are {(chain.Points.IsEmpty ? "none" : string.Join(", ", chain.Points.Select(candidate => candidate.Name)))}.");
    }

    private static PointDisk FindDisk(RestorePoint point, string? disk)
    {
        var disks = disk is null ? point.Disks : [.. point.Disks.Where(candidate => candidate.Disk == disk)];
        return disks is [var only]
            ? only
            : throw new UsageException(
                $"--disk: found {disk ?? "none"}; expected one of {string.Join(", ", point.Disks.Select(candidate => candidate.Disk))}.");
    }
}
