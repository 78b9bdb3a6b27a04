namespace MirrorBackup.Retention;

/// <summary>Keeps the newest points.</summary>
public sealed record KeepLastRule : RetentionRule
{
    internal KeepLastRule(int count)
        : base(count)
    {
    }

    /// <inheritdoc/>
    public override string ToString() => $"last {Count}";

    internal override IRuleTally Start(TimeZoneInfo? timeZone, int capacity) => new LastTally(Count, capacity);
}
