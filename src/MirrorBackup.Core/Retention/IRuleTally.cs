namespace MirrorBackup.Retention;

/// <summary>What one rule keeps among the points that it has been told so far.</summary>
internal interface IRuleTally
{
    /// <summary>Takes a point.</summary>
    /// <param name="point">The point.</param>
    /// <param name="released">A point that this rule kept until now, or <paramref name="point"/> itself, if it is not kept; otherwise <see langword="null"/>.</param>
    /// <returns>Whether <paramref name="point"/> is kept.</returns>
    bool Add(LedgerEntry point, out LedgerEntry? released);

    /// <summary>Another tally that was told the same until now.</summary>
    IRuleTally Copy();

    /// <summary>Whether the rule would keep a point that it has not been told.</summary>
    bool Wants(LedgerEntry point);

    /// <summary>Whether the rule keeps a point that it was told.</summary>
    bool Keeps(LedgerEntry point);

    /// <summary>Why a point that this rule keeps is kept.</summary>
    string Reason(LedgerEntry point);
}
