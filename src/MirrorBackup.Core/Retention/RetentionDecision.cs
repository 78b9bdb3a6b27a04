using System.Collections.Immutable;

namespace MirrorBackup.Retention;

/// <summary>A policy applied to a whole set at once.</summary>
internal static class RetentionDecision
{
    private const string NoRule = "no rule keeps it";

    internal static ImmutableArray<RetentionVerdict> Of(RetentionPolicy policy, IEnumerable<long> timestamps)
    {
        var (ledger, entries) = Fill(policy, timestamps);
        var reasons = entries.ConvertAll(_ => ImmutableArray.CreateBuilder<string>(1));
        foreach (var tally in ledger.Tallies)
        {
            foreach (var entry in entries)
            {
                if (tally.Keeps(entry))
                {
                    reasons[entry.Order].Add(tally.Reason(entry));
                }
            }
        }

        var verdicts = ImmutableArray.CreateBuilder<RetentionVerdict>(entries.Count);
        foreach (var entry in entries)
        {
            var isKept = ledger.Keeps(entry);
            verdicts.Add(new RetentionVerdict(entry.Timestamp, isKept, isKept ? reasons[entry.Order].ToImmutable() : [NoRule]));
        }

        return verdicts.MoveToImmutable();
    }

    internal static ImmutableArray<string> Tags(RetentionPolicy policy, IEnumerable<long> existing, long added)
    {
        var (ledger, entries) = Fill(policy, existing.Append(added));
        var tags = ImmutableArray.CreateBuilder<string>();
        foreach (var tally in ledger.Tallies)
        {
            if (tally is PeriodTally periods && periods.TagOf(entries[^1]) is { } tag)
            {
                tags.Add(tag);
            }
        }

        return tags.ToImmutable();
    }

    private static (RetentionLedger Ledger, List<LedgerEntry> Entries) Fill(RetentionPolicy policy, IEnumerable<long> timestamps)
    {
        var ledger = new RetentionLedger(policy);
        var removed = new List<LedgerEntry>();
        var entries = new List<LedgerEntry>();
        foreach (var timestamp in timestamps)
        {
            entries.Add(ledger.Add(timestamp, removed));
        }

        return (ledger, entries);
    }
}
