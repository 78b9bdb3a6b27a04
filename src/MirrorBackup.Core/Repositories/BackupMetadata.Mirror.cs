using System.Globalization;
using System.Text;
using MirrorBackup.Backups;

namespace MirrorBackup.Repositories;

public sealed partial class BackupMetadata
{
    /// <summary>
    /// The metadata of a copy, field by field and in the order in which a mirror job of Xen Orchestra writes it
    /// (<c>formats/repository.md</c> §5.8). Fields that such a job does not copy are left out.
    /// </summary>
    /// <param name="copy">What is the copy's own.</param>
    /// <returns>The metadata for the destination.</returns>
    /// <exception cref="ArgumentException"><paramref name="copy"/> lacks a disk of this backup, or the name of its archive.</exception>
    public BackupMetadata ForMirror(MirroredBackup copy)
    {
        ArgumentNullException.ThrowIfNull(copy);
        var result = Mode == BackupMode.Full ? FullMirror(copy) : IncrementalMirror(copy);
        return Read(result, RepositoryPaths.Metadata(RepositoryPaths.NameOf(Timestamp)));
    }

    private RawJsonObject FullMirror(MirroredBackup copy)
    {
        var archive = copy.ArchiveName ?? throw new ArgumentException("The copy of a full backup needs the name of its archive.", nameof(copy));
        var result = Identify(RawJsonObject.Empty, copy);
        result = result.With("version", "\"2.0.0\""u8.ToArray());
        result = Copy(result, "vm");
        result = Copy(result, "vmSnapshot");
        return result
            .With("xva", RawJsonObject.EncodeText("./" + archive))
            .With("size", Number(copy.Size))
            .With("tags", Texts(copy.Tags));
    }

    private RawJsonObject IncrementalMirror(MirroredBackup copy)
    {
        var paths = RawJsonObject.Empty;
        var flags = RawJsonObject.Empty;
        foreach (var disk in Disks)
        {
            var mirrored = FindDisk(copy, disk.Disk);
            paths = paths.With(disk.Reference, RawJsonObject.EncodeText(mirrored.Path));
            flags = flags.With(disk.Reference, mirrored.IsDifferencing ? "true"u8.ToArray() : "false"u8.ToArray());
        }

        var result = Copy(RawJsonObject.Empty, "includeNonNbdQcow2Fix").With("isVhdDifferencing", flags.ToUtf8());
        result = Copy(Identify(result, copy), "vbds");
        result = WithoutBases(result).With("version", "\"2.0.0\""u8.ToArray());
        result = Copy(result, "vifs").With("vhds", paths.ToUtf8());
        result = Copy(result, "vm");
        result = Copy(result, "vmSnapshot");
        return Copy(result, "vtpms").With("tags", Texts(copy.Tags)).With("size", Number(copy.Size));
    }

    private RawJsonObject Identify(RawJsonObject result, MirroredBackup copy) => result
        .With("jobId", RawJsonObject.EncodeText(copy.JobId))
        .With("mode", Mode == BackupMode.Full ? "\"full\""u8.ToArray() : "\"delta\""u8.ToArray())
        .With("scheduleId", RawJsonObject.EncodeText(copy.ScheduleId))
        .With("timestamp", Number(Timestamp));

    private RawJsonObject Copy(RawJsonObject result, string name) =>
        _fields.TryGet(name, out var value) ? result.With(name, value) : result;

    // baseVdi is what the hypervisor needed to export the difference; it means nothing on another remote.
    private RawJsonObject WithoutBases(RawJsonObject result)
    {
        if (!_fields.TryGet("vdis", out var value))
        {
            return result;
        }

        var records = RawJsonObject.Parse(value);
        foreach (var (reference, text) in records.Fields)
        {
            if (text.Span[0] == '{' && RawJsonObject.Parse(text) is var record && record.TryGet("baseVdi", out _))
            {
                records = records.With(reference, record.Without("baseVdi").ToUtf8());
            }
        }

        return result.With("vdis", records.ToUtf8());
    }

    private static MirroredDisk FindDisk(MirroredBackup copy, string disk)
    {
        foreach (var mirrored in copy.Disks)
        {
            if (string.Equals(mirrored.Disk, disk, StringComparison.Ordinal))
            {
                return mirrored;
            }
        }

        throw new ArgumentException($"The copy has no disk {disk}.", nameof(copy));
    }

    private static byte[] Number(long value) => Encoding.ASCII.GetBytes(value.ToString(CultureInfo.InvariantCulture));

    private static byte[] Texts(IEnumerable<string> texts) =>
        [.. "["u8, .. Encoding.UTF8.GetBytes(string.Join(',', texts.Select(static text => Encoding.UTF8.GetString(RawJsonObject.EncodeText(text))))), .. "]"u8];
}
