using System.Collections.Immutable;
using System.Text.Json;
using MirrorBackup.Backups;
using MirrorBackup.Remotes;

namespace MirrorBackup.Repositories;

public sealed partial class BackupMetadata
{
    private const int MaximumDisks = 1024;
    private const int MaximumShown = 200;

    /// <summary>Reads metadata.</summary>
    /// <param name="utf8Json">The content of the file. It is kept, not copied: it must not change afterwards.</param>
    /// <param name="path">Where it comes from, for messages.</param>
    /// <returns>The metadata.</returns>
    /// <exception cref="CorruptBackupException">
    /// It is not JSON, lacks what a backup must have, or names a file outside the folder of the VM
    /// (<see cref="ErrorCodes.CorruptMetadata"/>, <see cref="ErrorCodes.FileTooLarge"/>).
    /// </exception>
    /// <exception cref="UnsupportedBackupException">The <c>mode</c> is neither <c>full</c> nor <c>delta</c>.</exception>
    public static BackupMetadata Parse(ReadOnlyMemory<byte> utf8Json, string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (utf8Json.Length > MaximumLength)
        {
            throw new CorruptBackupException(
                $"{path} has {utf8Json.Length} bytes, metadata may have {MaximumLength}.", ErrorCodes.FileTooLarge) { Path = path };
        }

        try
        {
            return Read(RawJsonObject.Parse(utf8Json), path);
        }
        catch (JsonException broken)
        {
            throw Corrupt(path, $"is not the JSON of a backup: {Position(broken)}{Reason(broken)}", broken);
        }
    }

    private static BackupMetadata Read(RawJsonObject fields, string path)
    {
        var reader = new MetadataFields(fields, path);
        var mode = reader.Text("mode") switch
        {
            "full" => BackupMode.Full,
            "delta" => BackupMode.Incremental,
            null => throw Corrupt(path, "has no \"mode\"; \"full\" or \"delta\" was expected"),
            var other => throw new UnsupportedBackupException(
                $"{path} has the mode \"{Shorten(other)}\"; \"full\" and \"delta\" are known.") { Path = path },
        };
        var timestamp = reader.Integer("timestamp") ?? throw Corrupt(path, "has no \"timestamp\"; milliseconds since 1970 were expected");
        if (!RepositoryPaths.IsNameable(timestamp))
        {
            throw Corrupt(path, $"has the timestamp {timestamp}; milliseconds between 1970 and 9999 were expected");
        }

        var vm = reader.Child("vm");
        return new BackupMetadata(fields, mode, timestamp)
        {
            JobId = reader.Text("jobId") ?? "",
            ScheduleId = reader.Text("scheduleId") ?? "",
            Size = Math.Max(0, reader.Integer("size") ?? 0),
            Tags = reader.Texts("tags"),
            VmName = vm.Text("name_label"),
            VmTags = vm.Texts("tags"),
            Disks = mode == BackupMode.Incremental ? ReadDisks(reader) : [],
            ArchivePath = mode == BackupMode.Full ? ReadArchive(reader) : null,
        };
    }

    private static ImmutableArray<MetadataDisk> ReadDisks(MetadataFields metadata)
    {
        var paths = metadata.Child("vhds", isRequired: true);
        if (paths.Names.Length > MaximumDisks)
        {
            throw Corrupt(metadata.Path, $"names {paths.Names.Length} disks in \"vhds\"; at most {MaximumDisks} were expected");
        }

        var records = metadata.Child("vdis");
        var flags = metadata.Child("isVhdDifferencing");
        var disks = ImmutableArray.CreateBuilder<MetadataDisk>();
        foreach (var (reference, _) in paths.Names)
        {
            var path = CheckPath(metadata.Path, $"vhds[\"{Shorten(reference)}\"]", paths.Text(reference));
            if (!path.StartsWith(RepositoryPaths.DisksName + "/", StringComparison.Ordinal)
                || path.Count('/') < 2
                || !path.EndsWith(RepositoryPaths.DiskEnding, StringComparison.Ordinal))
            {
                throw Corrupt(metadata.Path, $"names the disk \"{Shorten(path)}\"; a file {RepositoryPaths.DisksName}/…/<disk>/<name>.vhd was expected");
            }

            var folder = path[..path.LastIndexOf('/')];
            disks.Add(new MetadataDisk(
                reference,
                folder[(folder.LastIndexOf('/') + 1)..],
                path,
                records.Child(reference).Text("uuid")?.ToLowerInvariant(),
                flags.Flag(reference)));
        }

        return disks.ToImmutable();
    }

    private static string ReadArchive(MetadataFields metadata)
    {
        var path = CheckPath(metadata.Path, "xva", metadata.Text("xva"));
        return path.Contains('/', StringComparison.Ordinal) || !path.EndsWith(RepositoryPaths.ArchiveEnding, StringComparison.Ordinal)
            ? throw Corrupt(metadata.Path, $"names the archive \"{Shorten(path)}\"; a file <name>.xva beside the metadata was expected")
            : path;
    }

    // The root of these paths is the folder of the VM: what leaves it is refused here, before anything is opened or removed by that name.
    private static string CheckPath(string source, string field, string? text)
    {
        if (text is null)
        {
            throw Corrupt(source, $"has no {field}; the path of a file was expected");
        }

        var relative = text.StartsWith("./", StringComparison.Ordinal) ? text[2..] : text;
        return RemotePath.TryParse(relative, out var path) && !path.IsRoot
            ? path.Value
            : throw Corrupt(source, $"has {field} = \"{Shorten(text)}\"; a path inside the folder of the VM was expected");
    }

    private static CorruptBackupException Corrupt(string path, string found, Exception? cause = null) =>
        new($"{path} {found}.", ErrorCodes.CorruptMetadata, cause) { Path = path };

    private static string Position(JsonException broken) =>
        broken.LineNumber is { } line ? $"line {line + 1}, byte {broken.BytePositionInLine + 1}: " : "";

    // The framework's messages end with the position once more, and may hold all that follows a literal that is none.
    private static string Reason(JsonException broken)
    {
        var position = broken.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return Shorten((position < 0 ? broken.Message : broken.Message[..position]).TrimEnd('.'));
    }

    private static string Shorten(string text)
    {
        var shown = text.Length <= MaximumShown ? text : text[..MaximumShown] + "…";
        return string.Concat(shown.Select(static c => char.IsControl(c) ? '�' : c));
    }
}
