using System.Collections.Immutable;
using System.Text.Json;
using MirrorBackup.Backups;
using MirrorBackup.Retention;

namespace MirrorBackup.Planning;

/// <summary>What is to be done at one destination, why, and what is there afterwards. Immutable.</summary>
public sealed record DestinationPlan
{
    /// <summary>The display name of the destination.</summary>
    public required string Name { get; init; }

    /// <summary>The steps, in the order in which they are to be done; if one fails, those after it must not be done without planning again.</summary>
    public required ImmutableArray<MirrorStep> Steps { get; init; }

    /// <summary>What should happen and cannot.</summary>
    public required ImmutableArray<PlanConflict> Conflicts { get; init; }

    /// <summary>What is worth to be known.</summary>
    public required ImmutableArray<PlanWarning> Warnings { get; init; }

    /// <summary>What the source holds.</summary>
    public required BackupChain Source { get; init; }

    /// <summary>The letters by which the points of all chains of the plan are told.</summary>
    public required PointNames Names { get; init; }

    /// <summary>What the destination holds now.</summary>
    public required BackupChain Before { get; init; }

    /// <summary>What it holds when every step is done. It is put together when something of it is first read, at the cost of checking a chain of its size.</summary>
    public required BackupChain Result { get; init; }

    /// <summary>The retention that the plan follows.</summary>
    public required RetentionPolicy Retention { get; init; }

    /// <summary>The points of the destination that the retention does not count, by who wrote them.</summary>
    public required ImmutableArray<OutOfScopeGroup> OutOfScope { get; init; }

    /// <summary>The bytes that the steps move.</summary>
    public required PlanForecast Forecast { get; init; }

    /// <summary>
    /// A hash of everything that the plan rests on (source, destination, options; not the clock and the free space), in 32
    /// hexadecimal digits, the same in every process.
    /// </summary>
    public required string Fingerprint { get; init; }

    /// <summary>Whether there is nothing to do: no step but <see cref="SkipStep"/>s.</summary>
    public bool IsEmpty => Steps.All(step => step is SkipStep);


    /// <summary>
    /// Writes the plan in letters: <c>{"steps":[{"kind":"transfer","backups":["e"],"reason":"…"}],"conflicts":[…],"result":"Bcde"}</c>.
    /// </summary>
    /// <param name="writer">Receives one object; it is not flushed.</param>
    public void WriteTo(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        PlanJson.Write(writer, this);
    }

    /// <summary>The plan in letters, as JSON (<see cref="WriteTo"/>).</summary>
    /// <returns>One object.</returns>
    public string ToJson() => PlanJson.ToText(WriteTo);

    /// <summary>Tells the plan: each step with its reason, what cannot be done, what is there afterwards.</summary>
    /// <returns>Several lines.</returns>
    public string Explain() => PlanText.Of(this);
}
