using MirrorBackup.Backups;

namespace MirrorBackup.Repositories;

/// <summary>One disk of an incremental backup, as its metadata tells it.</summary>
/// <param name="Reference">The key of the disk in <c>vhds</c>, <c>vdis</c> and <c>isVhdDifferencing</c>; opaque.</param>
/// <param name="Disk">The live disk (<see cref="DiskRevision.Disk"/>): the name of the folder that holds its revisions.</param>
/// <param name="Path">The <see cref="DiskRevision.Path"/>; a valid path below <c>vdis/</c>.</param>
/// <param name="RevisionId">The <c>uuid</c> of the exported disk, which is the VHD unique id, in lower case; <see langword="null"/> if it is not told.</param>
/// <param name="IsDifferencing">Whether it was a delta when the metadata was written; <see langword="null"/> if it is not told. The disk itself decides.</param>
public sealed record MetadataDisk(string Reference, string Disk, string Path, string? RevisionId, bool? IsDifferencing);
