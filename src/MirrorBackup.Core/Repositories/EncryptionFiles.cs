using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MirrorBackup.Remotes;

namespace MirrorBackup.Repositories;

/// <summary>
/// The two files in the root that make a remote an encrypted one: <c>encryption.json</c> names the algorithm, <c>metadata.json</c>, itself
/// encrypted, tells whether a key is the right one (<c>formats/repository.md</c> §3.4).
/// </summary>
internal static class EncryptionFiles
{
    /// <summary>The name of no algorithm.</summary>
    public const string None = "none";

    private const int MaximumLength = 64 << 10;

    public static RemotePath Algorithm { get; } = RemotePath.Parse("encryption.json");

    public static RemotePath KeyCheckFile { get; } = RemotePath.Parse("metadata.json");

    /// <summary>Whether a path is never encrypted (<c>formats/repository.md</c> §3.5).</summary>
    public static bool IsClear(RemotePath path)
    {
        var text = path.Value;
        return text.EndsWith(RepositoryPaths.ChecksumEnding, StringComparison.Ordinal)
            || (!text.Contains('/', StringComparison.Ordinal)
                && (text is "encryption.json" or "immutability.json" or ".test-immut" || text.EndsWith(".test", StringComparison.Ordinal)));
    }

    /// <summary>What <c>encryption.json</c> calls the algorithm; null if there is no such file.</summary>
    /// <exception cref="CorruptBackupException">It names none.</exception>
    public static async ValueTask<string?> ReadAlgorithmAsync(IRemote remote, CancellationToken cancellationToken)
    {
        byte[] content;
        try
        {
            content = await remote.ReadAllAsync(Algorithm, MaximumLength, cancellationToken).ConfigureAwait(false);
        }
        catch (RemoteNotFoundException)
        {
            return null;
        }

        return TextField(content, "algorithm") ?? throw new CorruptBackupException(
            $"{Algorithm} of {remote.Name} has {content.Length} bytes that name no algorithm; {{\"algorithm\":\"…\"}} was expected.", ErrorCodes.CorruptEncryption)
            { Remote = remote.Name, Path = Algorithm.Value };
    }

    /// <summary>Tries the key of a remote that decrypts, or the absence of one.</summary>
    public static async ValueTask<KeyCheck> CheckKeyAsync(IRemote remote, CancellationToken cancellationToken)
    {
        try
        {
            var content = await remote.ReadAllAsync(KeyCheckFile, MaximumLength, cancellationToken).ConfigureAwait(false);
            return !IsJson(content) ? KeyCheck.NotJson : TextField(content, "random") is null ? KeyCheck.NoKeyCheck : KeyCheck.Fits;
        }
        catch (RemoteNotFoundException)
        {
            return KeyCheck.Missing;
        }
        catch (IntegrityException)
        {
            return KeyCheck.NotAuthentic;
        }
        catch (CorruptBackupException tooLong) when (tooLong.Code == ErrorCodes.FileTooLarge)
        {
            return KeyCheck.NoKeyCheck;
        }
    }

    /// <summary>The first name in the root that makes a remote other than empty, as Xen Orchestra sees it; null if there is none.</summary>
    public static async ValueTask<string?> FindContentAsync(IRemote remote, CancellationToken cancellationToken)
    {
        string? first = null;
        await foreach (var entry in remote.ListAsync(RemotePath.Root, cancellationToken).ConfigureAwait(false))
        {
            if (!entry.Name.StartsWith('.') && entry.Path != Algorithm && entry.Path != KeyCheckFile
                && (first is null || string.CompareOrdinal(entry.Name, first) < 0))
            {
                first = entry.Name;
            }
        }

        return first;
    }

    public static byte[] AlgorithmContent(string name) => Encoding.UTF8.GetBytes($"{{\"algorithm\":\"{name}\"}}");

    /// <summary>A new check of a key: a random UUID, as Xen Orchestra writes it.</summary>
    public static byte[] KeyCheckContent()
    {
        var random = RandomNumberGenerator.GetBytes(16);
        random[6] = (byte)((random[6] & 0x0f) | 0x40); // version 4, variant 1
        random[8] = (byte)((random[8] & 0x3f) | 0x80);
        return Encoding.UTF8.GetBytes($"{{\"random\":\"{new Guid(random, bigEndian: true)}\"}}");
    }

    private static bool IsJson(byte[] content)
    {
        try
        {
            using var document = JsonDocument.Parse(content);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    // Of a field that is there twice the last one counts, as everywhere in JavaScript.
    private static string? TextField(byte[] content, string name)
    {
        try
        {
            using var document = JsonDocument.Parse(content);
            return document.RootElement is { ValueKind: JsonValueKind.Object } fields
                && fields.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
                ? value.GetString()
                : null;
        }
        catch (Exception noText) when (noText is JsonException or InvalidOperationException)
        {
            // The second kind: JSON allows halves of surrogate pairs and broken UTF-8 in names and texts.
            return null;
        }
    }
}
