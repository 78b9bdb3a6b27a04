using System.Globalization;
using MirrorBackup.Backups;
using MirrorBackup.Remotes;

namespace MirrorBackup.Repositories;

/// <summary>Where Xen Orchestra keeps what, on a remote and in the folder of a VM (<c>formats/repository.md</c> §1.1, §1.2).</summary>
/// <remarks>Members that return a text return a path relative to the folder of the VM, as <see cref="DiskRevision.Path"/> is.</remarks>
public static class RepositoryPaths
{
    /// <summary>The ending of metadata files.</summary>
    public const string MetadataEnding = ".json";

    /// <summary>The ending of archives of full backups.</summary>
    public const string ArchiveEnding = ".xva";

    /// <summary>The ending of VHD files and, after <c>.alias</c>, of aliases.</summary>
    public const string DiskEnding = ".vhd";

    /// <summary>The ending of the text files that name a VHD directory.</summary>
    public const string AliasEnding = ".alias.vhd";

    /// <summary>What a checksum file has after the whole name of its file.</summary>
    public const string ChecksumEnding = ".checksum";

    /// <summary>The ending of the state files of merges.</summary>
    public const string MergeStateEnding = ".merge.json";

    /// <summary>The list of all metadata of a VM.</summary>
    public const string CacheName = "cache.json.gz";

    /// <summary>The directory of the disks of a VM.</summary>
    public const string DisksName = "vdis";

    private const long FirstInstant = 0;
    private const long LastInstant = 253402300799999;

    /// <summary>The directory that holds one directory per VM.</summary>
    public static RemotePath VmsFolder { get; } = RemotePath.Parse("xo-vm-backups");

    /// <summary>The folder of a VM.</summary>
    /// <param name="vmId">The VM; one safe path segment.</param>
    /// <returns>The folder.</returns>
    /// <exception cref="CorruptBackupException">The id is not one safe segment (<see cref="ErrorCodes.InvalidPath"/>).</exception>
    public static RemotePath VmFolder(string vmId) => VmsFolder / CheckSegment(vmId, "VM id");

    /// <summary>The folder of a disk in the folder of its VM: <c>vdis/&lt;job&gt;/&lt;disk&gt;</c>.</summary>
    /// <param name="jobId">The job that writes there; one safe path segment.</param>
    /// <param name="diskId">The live disk; one safe path segment.</param>
    /// <returns>The path relative to the folder of the VM.</returns>
    /// <exception cref="CorruptBackupException">An id is not one safe segment (<see cref="ErrorCodes.InvalidPath"/>).</exception>
    public static string DiskFolder(string jobId, string diskId) =>
        $"{DisksName}/{CheckSegment(jobId, "job id")}/{CheckSegment(diskId, "disk id")}";

    /// <summary>The name of the files of a backup, without ending: UTC, truncated to seconds, such as <c>20250131T020305Z</c>.</summary>
    /// <param name="timestamp">Milliseconds since 1970-01-01T00:00:00Z; 0 to the end of the year 9999.</param>
    /// <returns>The name.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The instant has no name.</exception>
    public static string NameOf(long timestamp)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(timestamp, FirstInstant);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(timestamp, LastInstant);
        return DateTimeOffset.FromUnixTimeMilliseconds(timestamp).ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
    }

    /// <summary>The metadata file of a restore point.</summary>
    /// <param name="name"><see cref="RestorePoint.Name"/>.</param>
    /// <returns>The path relative to the folder of the VM.</returns>
    public static string Metadata(string name) => CheckSegment(name + MetadataEnding, "name of a backup");

    /// <summary>The archive of a full backup.</summary>
    /// <param name="name"><see cref="RestorePoint.Name"/>.</param>
    /// <returns>The path relative to the folder of the VM.</returns>
    public static string Archive(string name) => CheckSegment(name + ArchiveEnding, "name of a backup");

    /// <summary>The state file of a merge into an ancestor.</summary>
    /// <param name="ancestorPath">The <see cref="DiskRevision.Path"/> of the oldest revision.</param>
    /// <returns>The path relative to the folder of the VM.</returns>
    public static string MergeState(string ancestorPath)
    {
        ArgumentException.ThrowIfNullOrEmpty(ancestorPath);
        var slash = ancestorPath.LastIndexOf('/') + 1;
        return $"{ancestorPath[..slash]}.{ancestorPath[slash..]}{MergeStateEnding}";
    }

    /// <summary>Whether a text can be one segment of a path: an id that names a folder, a name of a file.</summary>
    /// <param name="text">The text.</param>
    /// <returns>True if it can.</returns>
    public static bool IsSafeSegment(string? text) =>
        RemotePath.TryParse(text, out var path) && !path.IsRoot && !text!.Contains('/', StringComparison.Ordinal);

    /// <summary>Whether a directory below <see cref="VmsFolder"/> is a VM's: not hidden and not a lock.</summary>
    internal static bool IsVmFolderName(string name) =>
        !name.StartsWith('.') && !name.EndsWith(".lock", StringComparison.Ordinal);

    /// <summary>Whether <paramref name="timestamp"/> has a name.</summary>
    internal static bool IsNameable(long timestamp) => timestamp is >= FirstInstant and <= LastInstant;

    private static string CheckSegment(string text, string what) =>
        IsSafeSegment(text) ? text : throw new CorruptBackupException(
            $"The {what} \"{Printable(text)}\" cannot be used: it has to be one path segment without slashes, colons, control characters or device names.",
            ErrorCodes.InvalidPath);

    private static string Printable(string? text)
    {
        var shown = text is null ? "" : text.Length <= 100 ? text : text[..100] + "…";
        return string.Concat(shown.Select(static c => char.IsControl(c) ? $"\\u{(int)c:X4}" : c.ToString()));
    }
}
