using System.Collections.Immutable;
using MirrorBackup.Backups;

namespace MirrorBackup.Repositories;

/// <summary>
/// The metadata of one backup (<c>&lt;date&gt;.json</c>, <c>formats/repository.md</c> §1.5). Immutable. What is not changed keeps its
/// bytes when it is written again: unknown fields, the order of the fields, the text of numbers, and the 0 and 1 that very old files have
/// for booleans in the records of the hypervisor.
/// </summary>
public sealed partial class BackupMetadata
{
    /// <summary>The longest metadata file that is read, in bytes.</summary>
    public const int MaximumLength = 16 << 20;

    private readonly RawJsonObject _fields;

    private BackupMetadata(RawJsonObject fields, BackupMode mode, long timestamp)
    {
        _fields = fields;
        Mode = mode;
        Timestamp = timestamp;
    }

    /// <summary>Full or incremental.</summary>
    public BackupMode Mode { get; }

    /// <summary>The instant of the original backup, in milliseconds since 1970-01-01T00:00:00Z; between 0 and the end of the year 9999.</summary>
    public long Timestamp { get; }

    /// <summary>Mode and instant, the identity on every remote.</summary>
    public PointId Id => new(Mode, Timestamp);

    /// <summary>The job that wrote this copy; empty if it is not told.</summary>
    public string JobId { get; private init; } = "";

    /// <summary>The schedule that wrote this copy; empty if it is not told.</summary>
    public string ScheduleId { get; private init; } = "";

    /// <summary>The <c>size</c>, in bytes; 0 if it is not told.</summary>
    public long Size { get; private init; }

    /// <summary>The long-term labels that the backup had when it was written.</summary>
    public ImmutableArray<string> Tags { get; private init; } = [];

    /// <summary>The name of the VM at the time of the backup; <see langword="null"/> if it is not told.</summary>
    public string? VmName { get; private init; }

    /// <summary>The tags of the VM at the time of the backup.</summary>
    public ImmutableArray<string> VmTags { get; private init; } = [];

    /// <summary>The disks of an incremental backup, in the order of <c>vhds</c>; empty for a full one.</summary>
    public ImmutableArray<MetadataDisk> Disks { get; private init; } = [];

    /// <summary>The archive of a full backup, relative to the folder of the VM; <see langword="null"/> for an incremental one.</summary>
    public string? ArchivePath { get; private init; }

    /// <summary>The JSON text, UTF-8 without white space between the fields of the outermost object.</summary>
    /// <returns>A new buffer.</returns>
    public byte[] ToUtf8() => _fields.ToUtf8();

    /// <summary>
    /// The metadata after a merge ended on this backup: <c>size</c> and, disk by disk, <c>isVhdDifferencing</c> as they truly are.
    /// Xen Orchestra says <see langword="false"/> for all disks there, also for those that are still deltas.
    /// </summary>
    /// <param name="size">The new size, in bytes.</param>
    /// <param name="isDifferencing">Whether a <see cref="MetadataDisk.Disk"/> is a delta now; called once per disk.</param>
    /// <returns>The new metadata.</returns>
    public BackupMetadata WithMergedDisks(long size, Func<MetadataDisk, bool> isDifferencing)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        ArgumentNullException.ThrowIfNull(isDifferencing);
        var flags = RawJsonObject.Empty;
        foreach (var disk in Disks)
        {
            flags = flags.With(disk.Reference, isDifferencing(disk) ? "true"u8.ToArray() : "false"u8.ToArray());
        }

        return Read(
            _fields.With("size", Number(size)).With("isVhdDifferencing", flags.ToUtf8()), $"{RepositoryPaths.NameOf(Timestamp)}.json");
    }

    /// <summary>The metadata with the two fields that Xen Orchestra adds to each entry of its cache.</summary>
    internal byte[] ToCacheEntry(string absolutePath)
    {
        var path = RawJsonObject.EncodeText(absolutePath);
        return _fields.With("_filename", path).With("id", path).ToUtf8();
    }

    /// <summary>The metadata of an entry of the cache, without what the cache adds.</summary>
    internal static BackupMetadata FromCacheEntry(ReadOnlyMemory<byte> entry, string path) =>
        Read(RawJsonObject.Parse(entry).Without("_filename").Without("id").Without("isImmutable"), path);
}
