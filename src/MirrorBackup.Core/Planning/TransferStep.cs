using System.Collections.Immutable;
using MirrorBackup.Backups;

namespace MirrorBackup.Planning;

/// <summary>Sends a point that the destination does not list: its disks, then its metadata.</summary>
public sealed record TransferStep : MirrorStep
{
    /// <summary>The point on the source.</summary>
    public required RestorePoint Point { get; init; }

    /// <summary>
    /// The point as the destination will list it: its name, the mirror's job and schedule, and the path of every disk. A disk that
    /// is in here but not in <see cref="Disks"/> is already there.
    /// </summary>
    public required RestorePoint Written { get; init; }

    /// <summary>The revisions to write, by disk.</summary>
    public required ImmutableArray<DiskTransfer> Disks { get; init; }

    /// <summary>The name of its files, without ending: unique on the destination, and after that of every parent.</summary>
    public string Name => Written.Name;
}
