using System.Collections.Immutable;

namespace MirrorBackup.Planning;

/// <summary>Revisions of one disk, in one folder, that become one.</summary>
/// <param name="Disk">The disk.</param>
/// <param name="Paths">
/// Their paths, oldest first. The data of the younger ones goes into the oldest, which then takes the path and the id of the youngest
/// and keeps its own parent.
/// </param>
public sealed record DiskMerge(string Disk, ImmutableArray<string> Paths);
