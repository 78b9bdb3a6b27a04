using System.Collections.Immutable;
using MirrorBackup.Backups;

namespace MirrorBackup.Planning;

/// <summary>Removes data that nothing needs.</summary>
public sealed record DeleteStep : MirrorStep
{
    /// <summary>The point that the data belonged to; <see langword="null"/> for what an earlier run left.</summary>
    public RestorePoint? Point { get; init; }

    /// <summary>The paths of the revisions to remove, children before their parents.</summary>
    public required ImmutableArray<string> Paths { get; init; }
}
