using System.Collections.Immutable;

namespace MirrorBackup.Simulation.Tests.World;

/// <summary>What a remote shows its readers.</summary>
/// <param name="Points">The names of the listed points, in order of time, each with what is wrong with it; null for those that read back.</param>
/// <param name="Letters">The listed points as letters.</param>
/// <param name="Files">Every file and directory, data directories of VHDs by number only, because nothing fixes their names.</param>
/// <param name="Cached">The points that the cache lists; null without a cache.</param>
public sealed record DestinationState(
    ImmutableSortedDictionary<string, string?> Points, string Letters, ImmutableSortedSet<string> Files, ImmutableSortedSet<string>? Cached)
{
    /// <summary>The points that do not read back, for a message.</summary>
    public string Unreadable => string.Join("; ", Points.Where(static point => point.Value is not null).Select(static point => $"{point.Key}: {point.Value}"));
}
