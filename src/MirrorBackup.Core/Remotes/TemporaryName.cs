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

    // Three dots, the digits of 64 and of 32 bits, a sign and the ending.
    private const int MaximumAdditions = 3 + 20 + 8 + 4;

    /// <summary>Makes a path.</summary>
    /// <param name="path">The path that the file will have; not the root.</param>
    /// <param name="now">The current instant; with <paramref name="sequence"/> it makes the name unique.</param>
    /// <param name="sequence">Any number that no other write of the same millisecond uses.</param>
    /// <returns>A path in the same directory. A long name is cut, so that the result is no longer than a name may be.</returns>
    /// <exception cref="CorruptBackupException">The result is longer than a path may be (<see cref="ErrorCodes.InvalidPath"/>).</exception>
    public static RemotePath Beside(RemotePath path, DateTimeOffset now, uint sequence)
    {
        if (path.IsRoot)
        {
            throw new ArgumentException("The root has no name.", nameof(path));
        }

        Span<char> additions = stackalloc char[MaximumAdditions];
        additions.TryWrite(CultureInfo.InvariantCulture, $".{now.ToUnixTimeMilliseconds()}.", out var before);
        additions[before..].TryWrite(CultureInfo.InvariantCulture, $".{sequence:x}{Ending}", out var after);
        var start = path.Value.LastIndexOf('/') + 1;
        var name = Shorten(path.Value.AsSpan(start), RemotePath.MaximumSegmentBytes - before - after);
        return RemotePath.Parse(string.Concat(path.Value.AsSpan(0, start), additions[..before], name, additions.Slice(before, after)));
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

    /// <summary>Whether <see cref="Beside"/> made the name, by its ending; Xen Orchestra's temporary names have none.</summary>
    internal static bool IsOurs(ReadOnlySpan<char> name) => name.EndsWith(Ending);

    private static ReadOnlySpan<char> Shorten(ReadOnlySpan<char> name, int bytes)
    {
        while (Encoding.UTF8.GetByteCount(name) > bytes)
        {
            name = name[..^(char.IsLowSurrogate(name[^1]) ? 2 : 1)];
        }

        return name;
    }
}
