using System.Collections.Immutable;
using System.Globalization;

namespace MirrorBackup.Backups;

/// <summary>
/// The letters by which the points of some chains are told in plans: <c>A</c> for the first instant of all, <c>B</c> for the next,
/// and after <c>Z</c> <c>A1</c>. Where every instant is one that <see cref="ChainNotation"/> itself gives to a letter, it keeps that
/// letter, so that <c>Cde</c> beside <c>Bcd</c> stays <c>Cde</c>. Immutable.
/// </summary>
public sealed class PointNames
{
    /// <summary>The instant of the letter A, 2026-01-05T01:00:00Z, in ms; each further letter is one day later.</summary>
    internal const long FirstTimestamp = 1767574800000;

    internal const long MillisecondsPerDay = 86_400_000;

    private const string NameFormat = "yyyyMMdd'T'HHmmss'Z'";

    // The letters of 100 alphabets: enough for any text that a person types.
    private const int MaxDays = 2600;

    // Not every plan is told to somebody, and letters cost more than many a plan.
    private readonly Lazy<Dictionary<long, string>> _names;
    private readonly Lazy<Dictionary<string, string>> _files;

    private PointNames(List<BackupChain> chains)
    {
        _names = new Lazy<Dictionary<long, string>>(() => Letters(chains));
        _files = new Lazy<Dictionary<string, string>>(() => Files(chains, _names.Value));
    }

    /// <summary>Names the points of some chains, and the revisions in them that no point lists. The letters are given when the first one is asked for.</summary>
    /// <param name="chains">All chains that are to be told with the same letters.</param>
    /// <returns>The names.</returns>
    public static PointNames Of(params IEnumerable<BackupChain> chains)
    {
        ArgumentNullException.ThrowIfNull(chains);
        return new PointNames([.. chains]);
    }

    /// <summary>The name of a point, in upper case.</summary>
    /// <param name="id">The point.</param>
    /// <returns>A letter, for later alphabets followed by a number; <c>?</c> for a point that was in none of the chains.</returns>
    public string this[PointId id] => _names.Value.GetValueOrDefault(id.Timestamp, "?");

    /// <summary>The name of a file that is called after an instant.</summary>
    internal string OfFile(string fileName)
    {
        var end = fileName.IndexOf('.', StringComparison.Ordinal);
        return _files.Value.TryGetValue(end < 0 ? fileName : fileName[..end], out var name)
            ? name
            : InstantOf(fileName) is { } instant ? _names.Value.GetValueOrDefault(instant, "?") : "?";
    }

    internal static string Letter(int index)
    {
        var letter = ((char)('A' + (index % 26))).ToString();
        return index < 26 ? letter : letter + (index / 26).ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>The instant, in ms, that a file such as <c>20260105T010000Z.vhd</c> is called after.</summary>
    internal static long? InstantOf(string fileName)
    {
        var end = fileName.IndexOf('.', StringComparison.Ordinal);
        var name = end < 0 ? fileName.AsSpan() : fileName.AsSpan(0, end);
        return DateTime.TryParseExact(
            name, NameFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var instant)
            ? new DateTimeOffset(instant).ToUnixTimeMilliseconds()
            : null;
    }

    private static Dictionary<long, string> Letters(List<BackupChain> chains)
    {
        var found = new HashSet<long>();
        foreach (var chain in chains)
        {
            foreach (var point in chain.Points)
            {
                found.Add(point.Id.Timestamp);
            }

            for (var i = 0; i < chain.Revisions.Length; i++)
            {
                if (!chain.Listings.IsListed(i) && InstantOf(chain.Revisions[i].FileName) is { } instant)
                {
                    found.Add(instant);
                }
            }
        }

        long[] instants = [.. found.Order()];

        // Real backups are daily, too: only chains that begin within the first alphabet were made of letters.
        var areLettered = instants.Length > 0 && IndexOf(instants[0]) < 26 && instants.All(instant => IndexOf(instant) is not null);
        var names = new Dictionary<long, string>(instants.Length);
        foreach (var instant in instants)
        {
            names.Add(instant, Letter(areLettered ? IndexOf(instant)!.Value : names.Count));
        }

        return names;
    }

    /// <summary>A name is not always the instant: it is cut to seconds, and moves on where it is taken.</summary>
    private static Dictionary<string, string> Files(List<BackupChain> chains, Dictionary<long, string> names)
    {
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var point in chains.SelectMany(chain => chain.Points))
        {
            files.TryAdd(point.Name, names[point.Id.Timestamp]);
        }

        return files;
    }

    private static int? IndexOf(long instant)
    {
        var days = instant - FirstTimestamp;
        return days >= 0 && days % MillisecondsPerDay == 0 && days / MillisecondsPerDay < MaxDays
            ? (int)(days / MillisecondsPerDay)
            : null;
    }
}
