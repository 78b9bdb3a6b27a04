using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace MirrorBackup.Remotes;

/// <summary>
/// A path inside a remote: relative to its root, <c>/</c>-separated, without <c>.</c>, <c>..</c>, empty segments, NUL or control
/// characters, backslashes or Windows device names, at most 4096 characters. A value that exists is valid; <see langword="default"/> is the root.
/// </summary>
public readonly struct RemotePath : IEquatable<RemotePath>, IComparable<RemotePath>
{
    /// <summary>The most characters that a path may have.</summary>
    public const int MaximumLength = 4096;

    /// <summary>The most UTF-8 bytes that a segment may have, which is what file systems allow.</summary>
    public const int MaximumSegmentBytes = 255;

    private const string DeviceName = "a segment is the name of a device on Windows";

    private static readonly SearchValues<char> s_plain = SearchValues.Create("-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz");

    private readonly string? _value;

    private RemotePath(string value) => _value = value;

    /// <summary>The root of the remote.</summary>
    public static RemotePath Root => default;

    /// <summary>The text; empty for the root. Never begins or ends with a slash.</summary>
    public string Value => _value ?? "";

    /// <summary>Whether this is the root.</summary>
    public bool IsRoot => string.IsNullOrEmpty(_value);

    /// <summary>The last segment; empty for the root.</summary>
    public string Name => Value[(Value.LastIndexOf('/') + 1)..];

    /// <summary>The path without its last segment; the root for the root.</summary>
    public RemotePath Parent => Value.LastIndexOf('/') is > 0 and var slash ? new(Value[..slash]) : Root;

    /// <summary>Checks a text and makes a path of it.</summary>
    /// <param name="text">The text; empty for the root.</param>
    /// <returns>The path.</returns>
    /// <exception cref="CorruptBackupException">The text is not a valid path (<see cref="ErrorCodes.InvalidPath"/>).</exception>
    public static RemotePath Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Check(text) is { } reason
            ? throw new CorruptBackupException($"The path {Quote(text)} is not allowed: {reason}.", ErrorCodes.InvalidPath)
            : new RemotePath(text);
    }

    /// <summary>Checks a text and makes a path of it.</summary>
    /// <param name="text">The text.</param>
    /// <param name="path">The path, if the text is one.</param>
    /// <returns>Whether it is.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out RemotePath path)
    {
        var valid = text is not null && Check(text) is null;
        path = valid ? new RemotePath(text!) : default;
        return valid;
    }

    /// <summary>Appends a relative path.</summary>
    /// <param name="relative">One or more segments, checked like any path.</param>
    /// <returns>The longer path.</returns>
    /// <exception cref="CorruptBackupException">The result is not a valid path.</exception>
    public RemotePath Combine(string relative)
    {
        ArgumentException.ThrowIfNullOrEmpty(relative);
        return Combine(relative.AsSpan());
    }

    /// <summary>Likewise, without a string of what is appended.</summary>
    internal RemotePath Combine(ReadOnlySpan<char> relative) => TryCombine(relative, out var path) ? path : Parse(Join(relative));

    /// <summary>Appends a relative path, such as a name that a listing gives.</summary>
    /// <param name="relative">One or more segments, checked like any path.</param>
    /// <param name="path">The longer path, if it is one.</param>
    /// <returns>Whether it is.</returns>
    public bool TryCombine([NotNullWhen(true)] string? relative, out RemotePath path) => TryCombine(relative.AsSpan(), out path);

    /// <summary>Whether this path is <paramref name="ancestor"/> or lies below it.</summary>
    /// <param name="ancestor">A directory.</param>
    /// <returns>True if it does.</returns>
    public bool IsAtOrBelow(RemotePath ancestor) =>
        ancestor.IsRoot
        || Equals(ancestor)
        || (Value.Length > ancestor.Value.Length && Value[ancestor.Value.Length] == '/' && Value.StartsWith(ancestor.Value, StringComparison.Ordinal));

    /// <inheritdoc/>
    public bool Equals(RemotePath other) => string.Equals(Value, other.Value, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is RemotePath other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Value);

    /// <inheritdoc/>
    public int CompareTo(RemotePath other) => string.CompareOrdinal(Value, other.Value);

    /// <summary>The text, <c>/</c> for the root.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => IsRoot ? "/" : Value;

    /// <summary>Whether two paths are the same, letter by letter.</summary>
    public static bool operator ==(RemotePath left, RemotePath right) => left.Equals(right);

    /// <summary>Whether two paths differ.</summary>
    public static bool operator !=(RemotePath left, RemotePath right) => !left.Equals(right);

    /// <summary>Appends a relative path, see <see cref="Combine(string)"/>.</summary>
    public static RemotePath operator /(RemotePath left, string right) => left.Combine(right);

    /// <summary>Ordinal order.</summary>
    public static bool operator <(RemotePath left, RemotePath right) => left.CompareTo(right) < 0;

    /// <summary>Ordinal order.</summary>
    public static bool operator >(RemotePath left, RemotePath right) => left.CompareTo(right) > 0;

    /// <summary>Ordinal order.</summary>
    public static bool operator <=(RemotePath left, RemotePath right) => left.CompareTo(right) <= 0;

    /// <summary>Ordinal order.</summary>
    public static bool operator >=(RemotePath left, RemotePath right) => left.CompareTo(right) >= 0;

    private bool TryCombine(ReadOnlySpan<char> relative, out RemotePath path)
    {
        // What is before it was checked when it was made.
        path = default;
        if (relative.IsEmpty || (IsRoot ? 0 : Value.Length + 1) + relative.Length > MaximumLength || Check(relative) is not null)
        {
            return false;
        }

        path = new RemotePath(Join(relative));
        return true;
    }

    private string Join(ReadOnlySpan<char> relative) => IsRoot ? relative.ToString() : string.Concat(_value, "/", relative);

    private static string? Check(ReadOnlySpan<char> text)
    {
        if (text.Length == 0)
        {
            return null;
        }

        if (text.Length > MaximumLength)
        {
            return $"it has {text.Length} characters, {MaximumLength} are allowed";
        }

        foreach (var range in text.Split('/'))
        {
            if (CheckSegment(text[range]) is { } reason)
            {
                return reason;
            }
        }

        return null;
    }

    private static string? CheckSegment(ReadOnlySpan<char> segment)
    {
        if (segment.IsEmpty)
        {
            return "it has an empty segment, or begins or ends with a slash";
        }

        if (segment is "." or "..")
        {
            return $"it has the segment {segment}";
        }

        // Nearly every name is made of these alone.
        if (!segment.ContainsAnyExcept(s_plain) && segment.Length <= MaximumSegmentBytes)
        {
            return IsDeviceName(segment) ? DeviceName : null;
        }

        foreach (var character in segment)
        {
            if (character is '\\' or ':' || char.IsControl(character))
            {
                return $"it has the character U+{(int)character:X4}";
            }
        }

        if (!IsWellFormed(segment))
        {
            return "it has half of a surrogate pair";
        }

        return System.Text.Encoding.UTF8.GetByteCount(segment) > MaximumSegmentBytes ? $"a segment has more than {MaximumSegmentBytes} bytes"
            : IsDeviceName(segment) ? DeviceName
            : null;
    }

    private static bool IsWellFormed(ReadOnlySpan<char> segment)
    {
        while (!segment.IsEmpty)
        {
            if (System.Text.Rune.DecodeFromUtf16(segment, out _, out var consumed) != OperationStatus.Done)
            {
                return false;
            }

            segment = segment[consumed..];
        }

        return true;
    }

    private static bool IsDeviceName(ReadOnlySpan<char> segment)
    {
        var dot = segment.IndexOf('.');
        var stem = dot < 0 ? segment : segment[..dot];
        return stem.Length switch
        {
            3 => stem.Equals("con", StringComparison.OrdinalIgnoreCase)
                || stem.Equals("prn", StringComparison.OrdinalIgnoreCase)
                || stem.Equals("aux", StringComparison.OrdinalIgnoreCase)
                || stem.Equals("nul", StringComparison.OrdinalIgnoreCase),
            4 => stem[3] is >= '1' and <= '9'
                && (stem.StartsWith("com", StringComparison.OrdinalIgnoreCase) || stem.StartsWith("lpt", StringComparison.OrdinalIgnoreCase)),
            _ => false,
        };
    }

    internal static string Quote(string text)
    {
        var shown = text.Length <= 200 ? text : text[..200] + "…";
        return '"' + string.Concat(shown.Select(static c => char.IsControl(c) ? $"\\u{(int)c:X4}" : c.ToString())) + '"';
    }
}
