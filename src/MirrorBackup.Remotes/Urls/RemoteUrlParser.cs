using System.Text.Json;

namespace MirrorBackup.Remotes.Urls;

/// <summary>Takes the URL of a remote apart.</summary>
internal static class RemoteUrlParser
{
    private const int MaximumLength = 32 << 10;
    private const int MaximumShown = 200;
    private const string BackupsFolder = "xo-vm-backups";

    public static RemoteLocation Parse(string url)
    {
        ArgumentNullException.ThrowIfNull(url);
        var text = url.Trim();
        if (text.Length is 0 or > MaximumLength)
        {
            throw Invalid($"The URL of a remote must have 1 to {MaximumLength} characters; this one has {text.Length}.");
        }

        if (!IsUnicode(text))
        {
            throw Invalid("The URL of a remote must be valid Unicode; this one has half of a surrogate pair.");
        }

        var end = text.IndexOf("://", StringComparison.Ordinal);
        var location = end > 0 && IsScheme(text.AsSpan(0, end)) ? ParseUrl(text[..end].ToLowerInvariant(), text[(end + 3)..])
            : Path.IsPathFullyQualified(text) ? new RemoteLocation { Scheme = "file", Path = Slashes(text) }
            : throw Invalid("The URL of a remote must look like file:///path or scheme://host/path; this one has no scheme.");
        var last = location.Path.TrimEnd('/').Split('/')[^1];
        return last == BackupsFolder
            ? throw Invalid(location, $"it names the folder {BackupsFolder}; the remote is the folder that holds it")
            : location;
    }

    public static MirrorBackupException Invalid(RemoteLocation location, string reason) => Invalid($"The remote {Shorten(location.ToString())} cannot be used: {reason}.");

    /// <summary>A text as it is shown in messages.</summary>
    public static string Shorten(string text) => text.Length <= MaximumShown ? text : text[..MaximumShown] + "…";

    private static MirrorBackupException Invalid(string message) => new(ErrorCodes.InvalidUrl, message);

    private static bool IsScheme(ReadOnlySpan<char> text)
    {
        foreach (var character in text)
        {
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('+' or '-' or '.'))
            {
                return false;
            }
        }

        return char.IsAsciiLetter(text[0]);
    }

    private static bool IsUnicode(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]) && (++i == text.Length || !char.IsSurrogatePair(text[i - 1], text[i])))
            {
                return false;
            }
        }

        return true;
    }

    private static RemoteLocation ParseUrl(string scheme, string rest)
    {
        string? fragment = null;
        if (scheme != "file")
        {
            (rest, fragment) = SplitAt(rest, rest.LastIndexOf('#'));
        }

        (rest, var query) = SplitAt(rest, rest.IndexOf('?', StringComparison.Ordinal));
        if (scheme != "file" && (query + fragment).Contains('@', StringComparison.Ordinal))
        {
            // A part of a password was taken for options; nothing of such a URL may be shown as host or path.
            throw NotEncoded(scheme);
        }

        return scheme == "file"
            ? new RemoteLocation { Scheme = scheme, Path = ParsePath(rest), Options = ParseOptions(scheme, query) }
            : WithAuthority(new RemoteLocation { Scheme = scheme, Path = "/", Fragment = fragment, Options = ParseOptions(scheme, query) }, rest);
    }

    private static RemoteLocation WithAuthority(RemoteLocation location, string rest)
    {
        var (host, credentials) = SplitCredentials(location.Scheme, rest);
        var slash = host.IndexOf('/', StringComparison.Ordinal);
        var (user, password) = credentials is null ? (null, null) : SplitAt(credentials, credentials.IndexOf(':', StringComparison.Ordinal));
        return location with
        {
            Host = slash < 0 ? host : host[..slash],
            Path = slash < 0 ? "/" : ParsePath(host[slash..]),
            UserName = user is null ? null : Decode(user),
            Password = password is null ? null : Decode(password),
        };
    }

    private static (string Host, string? Credentials) SplitCredentials(string scheme, string rest)
    {
        // Xen Orchestra stores the password of an SMB share as it is: only the last at sign is sure to end it. Elsewhere it is encoded.
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        var at = rest.AsSpan(0, scheme == "smb" || slash < 0 ? rest.Length : slash).LastIndexOf('@');
        if (at < 0 && rest.Contains('@', StringComparison.Ordinal))
        {
            throw NotEncoded(scheme);
        }

        return at < 0 ? (rest, null) : (rest[(at + 1)..], rest[..at]);
    }

    private static MirrorBackupException NotEncoded(string scheme) => Invalid(
        $"The {scheme} URL of a remote is not clear: in user, password and options the characters @ / ? # & must be percent-encoded.");

    private static string ParsePath(string encoded)
    {
        var path = Decode(encoded);
        return path.Contains('\0', StringComparison.Ordinal)
            ? throw Invalid("The path of a remote's URL must not have the character NUL.")
            : path.StartsWith('/') ? path : "/" + Slashes(path);
    }

    private static Dictionary<string, JsonElement> ParseOptions(string scheme, string? query)
    {
        var options = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var pair in (query ?? "").Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = SplitAt(pair.Replace('+', ' '), pair.IndexOf('=', StringComparison.Ordinal));
            var (decodedName, decodedValue) = SplitVariable(Decode(name), Decode(value ?? ""));
            var parsed = ParseValue(decodedValue);
            if (!IsText(parsed))
            {
                throw Invalid($"The {scheme} URL of a remote has an option whose text is not valid Unicode.");
            }

            if (!options.TryAdd(decodedName, parsed))
            {
                throw Invalid($"The {scheme} URL of a remote has the option {Shorten(decodedName)} twice.");
            }
        }

        return options;
    }

    // Only what has no quotes names a variable: whatever Xen Orchestra stores stays what it is.
    private static (string Name, string Value) SplitVariable(string name, string value) =>
        name == "encryptionKey" && value.StartsWith(KeyOption.VariablePrefix, StringComparison.Ordinal)
            ? ("encryptionKeyVariable", value[KeyOption.VariablePrefix.Length..])
            : (name, value);

    private static JsonElement ParseValue(string text)
    {
        var json = text.Length == 0 ? "false" : text;
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            using var document = JsonDocument.Parse($"\"{JsonEncodedText.Encode(text)}\"");
            return document.RootElement.Clone();
        }
    }

    // JSON can say halves of surrogate pairs, which no text holds.
    private static bool IsText(JsonElement value)
    {
        try
        {
            return value.ValueKind != JsonValueKind.String || value.GetString() is not null;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static (string Before, string? After) SplitAt(string text, int index) =>
        index < 0 ? (text, null) : (text[..index], text[(index + 1)..]);

    private static string Slashes(string path) => OperatingSystem.IsWindows() ? path.Replace('\\', '/') : path;

    /// <summary>Decodes <c>%XX</c>. What is no valid sequence stays as it is.</summary>
    private static string Decode(string text) => Uri.UnescapeDataString(text);
}
