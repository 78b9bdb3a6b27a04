using System.Collections.Immutable;
using System.Text.Json;
using MirrorBackup.Backups;

namespace MirrorBackup.Planning;

/// <summary>What is to be done with one VM, in one mode, at every destination. Data, and immutable: print it, keep it, refuse it, run it.</summary>
public sealed record MirrorPlan
{
    /// <summary>The VM.</summary>
    public required string VmId { get; init; }

    /// <summary>The mode.</summary>
    public required BackupMode Mode { get; init; }

    /// <summary>What the source holds.</summary>
    public required BackupChain Source { get; init; }

    /// <summary>
    /// The points of the source that at least one destination gets, parents first. The transfers of every destination are in this
    /// order, so that each point is read once for all of them.
    /// </summary>
    public required ImmutableArray<PointId> ReadOrder { get; init; }

    /// <summary>One plan per destination, in the order of the request.</summary>
    public required ImmutableArray<DestinationPlan> Destinations { get; init; }

    /// <summary>The letters by which the points of all chains are told.</summary>
    public required PointNames Names { get; init; }

    /// <summary>Whether no destination has anything to do.</summary>
    public bool IsEmpty => Destinations.All(destination => destination.IsEmpty);

    /// <summary>Writes the plan in letters: VM, mode, source, and an object per destination (<see cref="DestinationPlan.WriteTo"/>).</summary>
    /// <param name="writer">Receives one object; it is not flushed.</param>
    public void WriteTo(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        PlanJson.Write(writer, this);
    }

    /// <summary>The plan in letters, as JSON.</summary>
    /// <returns>One object.</returns>
    public string ToJson() => PlanJson.ToText(WriteTo);

    /// <summary>Tells the plan in letters, destination by destination.</summary>
    /// <returns>Several lines.</returns>
    public string Explain() => PlanText.Of(this);

    /// <summary>Refuses to go on with a plan when the world has moved: compares its fingerprints with those of the same request, read again under the lock.</summary>
    /// <param name="current">The request as it is now.</param>
    /// <exception cref="PlanStaleException">A destination of the plan is not in the request, or its fingerprint is another one.</exception>
    public void EnsureCurrent(MirrorRequest current)
    {
        ArgumentNullException.ThrowIfNull(current);
        PlanFingerprint.EnsureCurrent(this, current);
    }
}
