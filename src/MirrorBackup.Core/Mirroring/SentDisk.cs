using MirrorBackup.Planning;

namespace MirrorBackup.Mirroring;

/// <summary>A disk that a step has sent.</summary>
/// <param name="Disk">The disk; <see cref="Backups.DiskRevision.ArchiveDisk"/> in full mode.</param>
/// <param name="Way">
/// What really happened to its bytes. It is what the plan says, or more: blocks that are not whole are taken apart, and bytes that also go to another
/// destination, which cannot take them as they are, are prepared for all of them.
/// </param>
public sealed record SentDisk(string Disk, TransferWay Way);
