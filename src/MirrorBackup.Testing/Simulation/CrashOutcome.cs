using System.Globalization;

namespace MirrorBackup.Testing.Simulation;

/// <summary>What a crash leaves of that which was not flushed. What was flushed survives every crash.</summary>
/// <param name="KeepsNames">Whether the changes of names survive that were not flushed.</param>
/// <param name="KeepsData">Whether the bytes survive that were not flushed.</param>
/// <param name="Seed">
/// Chooses for each change of a name and each write by itself, the two other values aside: a write may also survive in part, or only as the length that
/// it gave the file. <see langword="null"/> for one answer to all.
/// </param>
public readonly record struct CrashOutcome(bool KeepsNames, bool KeepsData, int? Seed = null)
{
    /// <summary>Nothing survives.</summary>
    public static CrashOutcome Lost => new(KeepsNames: false, KeepsData: false);

    /// <summary>Everything survives, as when a process is killed and the system goes on.</summary>
    public static CrashOutcome Kept => new(KeepsNames: true, KeepsData: true);

    /// <summary>Names survive and bytes do not: a file that was renamed into place without a flush is empty.</summary>
    public static CrashOutcome NamesOnly => new(KeepsNames: true, KeepsData: false);

    /// <summary>Bytes survive and names do not: a file that was renamed has its old name.</summary>
    public static CrashOutcome DataOnly => new(KeepsNames: false, KeepsData: true);

    /// <summary>Each change by itself survives or does not.</summary>
    /// <param name="seed">Equal seeds choose equally.</param>
    /// <returns>The outcome.</returns>
    public static CrashOutcome Shuffled(int seed) => new(KeepsNames: false, KeepsData: false, seed);

    /// <summary>The outcome for a message.</summary>
    /// <returns>As in <c>names only</c>, <c>shuffled by 7</c>.</returns>
    public override string ToString() => (KeepsNames, KeepsData, Seed) switch
    {
        (_, _, { } seed) => string.Create(CultureInfo.InvariantCulture, $"shuffled by {seed}"),
        (true, true, _) => "kept",
        (true, false, _) => "names only",
        (false, true, _) => "data only",
        _ => "lost",
    };
}
