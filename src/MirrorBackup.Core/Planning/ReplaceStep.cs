using System.Collections.Immutable;
using MirrorBackup.Backups;

namespace MirrorBackup.Planning;

/// <summary>Heals a point that the destination lists and cannot restore: writes its broken disks anew.</summary>
public sealed record ReplaceStep : MirrorStep
{
    /// <summary>The point on the source.</summary>
    public required RestorePoint Point { get; init; }

    /// <summary>The point as the destination lists it now.</summary>
    public required RestorePoint Listed { get; init; }

    /// <summary>The point as the destination will list it: its metadata is rewritten where a path differs from <see cref="Listed"/>.</summary>
    public required RestorePoint Written { get; init; }

    /// <summary>The revisions to write; disks that are intact are not among them.</summary>
    public required ImmutableArray<DiskTransfer> Disks { get; init; }

    /// <summary>The name of its files, without ending.</summary>
    public string Name => Written.Name;
}
