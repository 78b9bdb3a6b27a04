using System.Collections.Immutable;

namespace MirrorBackup.Tests.Planning.Properties;

/// <summary>One generated case: a history from which both sides follow, and what the job asks for.</summary>
internal sealed record MirrorCase(ImmutableArray<HistoryOp> History, CaseSettings Settings)
{
    /// <summary>Smaller cases: without a part of the history, with fewer destinations, with plainer settings.</summary>
    internal IEnumerable<MirrorCase> Shrunk()
    {
        for (var length = History.Length / 2; length >= 1; length /= 2)
        {
            for (var start = 0; start + length <= History.Length; start += length)
            {
                yield return this with { History = History.RemoveRange(start, length) };
            }
        }

        if (Settings.Destinations.Length > 1)
        {
            for (var i = 0; i < Settings.Destinations.Length; i++)
            {
                yield return this with { Settings = Settings with { Destinations = Settings.Destinations.RemoveAt(i) } };
            }
        }

        foreach (var plainer in PlainerSettings())
        {
            yield return this with { Settings = plainer };
        }

        for (var i = 0; i < History.Length; i++)
        {
            var op = History[i];
            if (op.Moment != 0)
            {
                yield return this with { History = History.SetItem(i, op with { Moment = 0 }) };
            }

            if (op.Variant != 0)
            {
                yield return this with { History = History.SetItem(i, op with { Variant = 0 }) };
            }
        }
    }

    public override string ToString() => $"\n  {string.Join(" ", History)}\n  {Settings}\n";

    private IEnumerable<CaseSettings> PlainerSettings()
    {
        var plain = new CaseSettings();
        if (Settings.Options != plain.Options)
        {
            yield return Settings with { Options = plain.Options };
        }

        if (Settings.Filter != plain.Filter)
        {
            yield return Settings with { Filter = plain.Filter };
        }

        if (Settings.NamesFollowClock)
        {
            yield return Settings with { NamesFollowClock = false };
        }

        for (var i = 0; i < Settings.Destinations.Length; i++)
        {
            if (Settings.Destinations[i] != DestinationSettings.Plain)
            {
                yield return Settings with { Destinations = Settings.Destinations.SetItem(i, DestinationSettings.Plain) };
                yield return Settings with
                {
                    Destinations = Settings.Destinations.SetItem(i, DestinationSettings.Plain with { Retention = Settings.Destinations[i].Retention }),
                };
            }
        }
    }
}
