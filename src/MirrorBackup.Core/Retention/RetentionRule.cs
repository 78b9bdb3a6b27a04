namespace MirrorBackup.Retention;

/// <summary>One reason to keep points. A point goes only if every rule of a policy lets it go, so that a further rule can only keep more.</summary>
public abstract record RetentionRule
{
    private protected RetentionRule(int count)
    {
        Count = count;
    }

    /// <summary>How many points, or periods, the rule keeps; at least 1.</summary>
    public int Count { get; }

    /// <summary>Makes the running count of this rule.</summary>
    /// <param name="timeZone">Whose clock cuts time.</param>
    /// <param name="capacity">How many points are to come, if that is known.</param>
    internal abstract IRuleTally Start(TimeZoneInfo? timeZone, int capacity);
}
