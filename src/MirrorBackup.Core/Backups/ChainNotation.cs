using System.Text;

namespace MirrorBackup.Backups;

/// <summary>
/// Chains written in letters, the language of plans, tests and documentation: one letter per restore point, in order of time.
/// </summary>
/// <remarks>
/// <list type="bullet">
/// <item><description><c>Abc</c>: upper case is a key, lower case a delta on the point before it. After <c>Z</c> follow <c>A1</c>, <c>B1</c>, …</description></item>
/// <item><description><c>ABC</c>: full backups, where every letter is in upper case.</description></item>
/// <item><description><c>c*</c>: some of the disks are keys, some are deltas.</description></item>
/// <item><description><c>c!</c>: it cannot be restored.</description></item>
/// <item><description><c>A(b)c</c>: the revision <c>b</c> is stored, but no point lists it.</description></item>
/// </list>
/// </remarks>
public static class ChainNotation
{
    /// <summary>Makes a chain of letters, one day apart, from <c>A</c> = 2026-01-05T01:00:00Z.</summary>
    /// <remarks>
    /// The chain has one disk; from the first <c>*</c> on a second one, which starts as a key there. The same letter has the same
    /// revision id in every chain, so that <c>Cde</c> and <c>Abcd</c> know each other; a delta stands on the letter before it in
    /// its own text, a first one on the letter before it in the alphabet, which is then missing.
    /// </remarks>
    /// <param name="text">The letters; empty for an empty chain.</param>
    /// <param name="options">What the letters do not say.</param>
    /// <returns>The chain.</returns>
    /// <exception cref="MirrorBackupException">The text is no chain (<see cref="ErrorCodes.InvalidNotation"/>); the message names the position.</exception>
    public static BackupChain Parse(string text, NotationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        options ??= new NotationOptions();
        var letters = NotationReader.Read(text);
        var mode = options.Mode ?? (letters.Count > 0 && letters.TrueForAll(letter => letter is { IsKey: true, IsMixed: false })
            ? BackupMode.Full
            : BackupMode.Incremental);
        return NotationBuilder.Build(text, letters, mode, options);
    }

    /// <summary>Writes a chain in letters.</summary>
    /// <param name="chain">The chain.</param>
    /// <param name="names">The letters of its points; by default those that it has when told alone.</param>
    /// <returns>The letters; empty for an empty chain.</returns>
    public static string Format(BackupChain chain, PointNames? names = null)
    {
        ArgumentNullException.ThrowIfNull(chain);
        names ??= PointNames.Of(chain);
        var parts = new List<(long Instant, bool IsListed, string Text)>(chain.Points.Length);
        foreach (var point in chain.Points)
        {
            parts.Add((point.Id.Timestamp, true, Letters(chain, point, names)));
        }

        var unlisted = chain.Revisions.Where(revision => !chain.IsListed(revision.Path)).GroupBy(NameOf, StringComparer.Ordinal);
        foreach (var group in unlisted)
        {
            var instant = PointNames.InstantOf(group.First().FileName) ?? long.MaxValue;
            var letters = Cased(names.OfFile(group.First().FileName), group.Any(revision => !revision.IsDelta), group.Any(revision => revision.IsDelta));
            parts.Add((instant, false, letters + (group.All(revision => chain.IsViewable(revision.Path)) ? "" : "!")));
        }

        return Join(parts);
    }

    /// <summary>One point of a chain in letters, such as <c>c</c>, <c>c*</c> or <c>C!</c>.</summary>
    /// <param name="chain">The chain.</param>
    /// <param name="point">A point of it.</param>
    /// <param name="names">The letters.</param>
    /// <returns>The letters.</returns>
    public static string Format(BackupChain chain, RestorePoint point, PointNames names)
    {
        ArgumentNullException.ThrowIfNull(chain);
        ArgumentNullException.ThrowIfNull(point);
        ArgumentNullException.ThrowIfNull(names);
        return Letters(chain, point, names);
    }

    /// <summary>A name in the case that says whether it holds keys, deltas or both.</summary>
    internal static string Cased(string name, bool hasKey, bool hasDelta) => (hasKey, hasDelta) switch
    {
        (true, true) => name.ToLowerInvariant() + "*",
        (false, true) => name.ToLowerInvariant(),
        _ => name,
    };

    private static string Letters(BackupChain chain, RestorePoint point, PointNames names)
    {
        var hasKey = false;
        var hasDelta = false;
        foreach (var disk in point.Disks)
        {
            var isDelta = chain.Revision(disk.Path) is { IsDelta: true };
            hasDelta |= isDelta;
            hasKey |= !isDelta;
        }

        return Cased(names[point.Id], hasKey, hasDelta) + (chain.IsRestorable(point) ? "" : "!");
    }

    private static string NameOf(DiskRevision revision) =>
        revision.FileName.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot ? revision.FileName[..dot] : revision.FileName;

    private static string Join(List<(long Instant, bool IsListed, string Text)> parts)
    {
        var text = new StringBuilder();
        var isInside = false;
        foreach (var part in parts.OrderBy(part => part.Instant).ThenBy(part => part.IsListed))
        {
            if (part.IsListed == isInside)
            {
                text.Append(isInside ? ')' : '(');
                isInside = !isInside;
            }

            text.Append(part.Text);
        }

        return isInside ? text.Append(')').ToString() : text.ToString();
    }
}
