using System.Globalization;
using System.Text;

namespace MirrorBackup.Remotes;

/// <summary>
/// The names of files that are being written: <c>.&lt;milliseconds&gt;.&lt;name&gt;</c>, as Xen Orchestra makes them
/// (<c>formats/repository.md</c> §2.4), with the ending <c>.tmp</c> so that its scanner, which opens every <c>*.vhd</c>, passes them over.
/// </summary>
public static class TemporaryName
{
    private const string Ending = ".tmp";

    /// <summary>Makes a name.</summary>
    /// <param name="name">The name that the file will have.</param>
    /// <param name="now">The current instant; with <paramref name="sequence"/> it makes the name unique.</param>
    /// <param name="sequence">Any number that no other write of the same millisecond uses.</param>
    /// <returns>A name in the same directory. A long <paramref name="name"/> is cut, so that the result is no longer than a name may be.</returns>
    public static string Create(string name, DateTimeOffset now, uint sequence)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var whole = string.Create(CultureInfo.InvariantCulture, $".{now.ToUnixTimeMilliseconds()}.{name}.{sequence:x}{Ending}");
        var excess = Encoding.UTF8.GetByteCount(whole) - RemotePath.MaximumSegmentBytes;
        return excess <= 0 ? whole : Create(Shorten(name, Encoding.UTF8.GetByteCount(name) - excess), now, sequence);
    }

    /// <summary>Whether a name is one of ours or of Xen Orchestra's, so that a leftover can be told from a foreign file.</summary>
    /// <param name="name">The last segment of a path.</param>
    /// <returns>True for <c>.&lt;digits&gt;.&lt;something&gt;</c>.</returns>
    public static bool IsTemporary(ReadOnlySpan<char> name)
    {
        if (name.Length < 4 || name[0] != '.')
        {
            return false;
        }

        var digits = name[1..].IndexOfAnyExceptInRange('0', '9');
        return digits > 0 && name[1 + digits] == '.' && name.Length > digits + 2;
    }

    /// <summary>Whether <see cref="Create"/> made the name, by its ending; Xen Orchestra's temporary names have none.</summary>
    internal static bool IsOurs(ReadOnlySpan<char> name) => name.EndsWith(Ending);

    private static string Shorten(string name, int bytes)
    {
        while (Encoding.UTF8.GetByteCount(name) > bytes)
        {
            name = name[..^(char.IsLowSurrogate(name[^1]) ? 2 : 1)];
        }

        return name;
    }
}
