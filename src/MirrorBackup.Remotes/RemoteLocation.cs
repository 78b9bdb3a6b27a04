using System.Text.Json;
using MirrorBackup.Remotes.Urls;

namespace MirrorBackup.Remotes;

/// <summary>
/// What the URL of a remote says. Its text form leaves out user, password, options and fragment, so that it can be shown and logged.
/// </summary>
/// <remarks>
/// Read as Xen Orchestra stores it (<c>formats/repository.md</c> §1.8): <c>scheme://[user:password@]host/path?options#fragment</c>, where the values
/// of the options are JSON and an empty one means <c>false</c>; a value that is not JSON is taken as text. A <c>file</c> URL
/// has a path only, with or without its leading slash, and <c>#</c> is part of it. In paths, users and passwords <c>%XX</c> stands for a byte;
/// a <c>%</c> that no two hexadecimal digits follow stands for itself.
/// </remarks>
public sealed record RemoteLocation
{
    /// <summary>The scheme in lower case, such as <c>file</c>.</summary>
    public required string Scheme { get; init; }

    /// <summary>The user or access key, decoded; <see langword="null"/> without one.</summary>
    public string? UserName { get; init; }

    /// <summary>The password or secret key, decoded; <see langword="null"/> without one. Never shown.</summary>
    public string? Password { get; init; }

    /// <summary>The host with its port, as written; empty for <c>file</c>.</summary>
    public string Host { get; init; } = "";

    /// <summary>The path with its leading slash, decoded.</summary>
    public required string Path { get; init; }

    /// <summary>What follows <c>#</c>, such as the region of an S3 URL; <see langword="null"/> without one.</summary>
    public string? Fragment { get; init; }

    /// <summary>The options by name. Values can be secrets and are never shown.</summary>
    public IReadOnlyDictionary<string, JsonElement> Options { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>Whether disks are written as directories of blocks; <see langword="false"/> without the option.</summary>
    public bool UseVhdDirectory => GetSwitch("useVhdDirectory");

    /// <summary>The key that everything is encrypted with; <see langword="null"/> without one. Never shown.</summary>
    public string? EncryptionKey => GetText("encryptionKey");

    /// <summary>
    /// The environment variable that holds the key, which <c>encryptionKey=env:NAME</c> says, without quotes; <see langword="null"/> without one.
    /// In quotes, as Xen Orchestra writes it, a text that begins with <c>env:</c> is a key like any other.
    /// </summary>
    public string? EncryptionKeyVariable => GetText("encryptionKeyVariable");

    /// <summary>The file that holds the key, with or without a line end behind it; <see langword="null"/> without one.</summary>
    public string? EncryptionKeyFile => GetText("encryptionKeyFile");

    /// <summary>Reads the URL of a remote, or the full path of a local directory.</summary>
    /// <param name="url">The text.</param>
    /// <returns>What it says. Whether anything is there is not looked at.</returns>
    /// <exception cref="MirrorBackupException">
    /// The text cannot be understood, or names the folder <c>xo-vm-backups</c> instead of the one above it
    /// (<see cref="ErrorCodes.InvalidUrl"/>). The message shows nothing that could be a secret.
    /// </exception>
    public static RemoteLocation Parse(string url) => RemoteUrlParser.Parse(url);

    /// <summary>An option that is on or off.</summary>
    /// <param name="name">Its name, letter by letter.</param>
    /// <returns>Its value; <see langword="false"/> if it is not there.</returns>
    /// <exception cref="MirrorBackupException">It is there and is neither <c>true</c> nor <c>false</c>.</exception>
    public bool GetSwitch(string name) => Options.TryGetValue(name, out var value) && value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False or JsonValueKind.Null => false,
        var kind => throw RemoteUrlParser.Invalid(this, $"the option {name} must be true or false, it is a JSON {kind}"),
    };

    /// <summary>An option that is a text.</summary>
    /// <param name="name">Its name, letter by letter.</param>
    /// <returns>Its value; <see langword="null"/> if it is not there or empty.</returns>
    /// <exception cref="MirrorBackupException">It is there and is not a text.</exception>
    public string? GetText(string name) => !Options.TryGetValue(name, out var value) ? null : value.ValueKind switch
    {
        JsonValueKind.String => value.GetString() is { Length: > 0 } text ? text : null,
        JsonValueKind.False or JsonValueKind.Null => null,
        var kind => throw RemoteUrlParser.Invalid(this, $"the option {name} must be a text, it is a JSON {kind}"),
    };

    /// <summary>The location without anything that could be a secret.</summary>
    /// <returns>Scheme, host and path.</returns>
    public override string ToString() => $"{Scheme}://{Host}{Path}";
}
