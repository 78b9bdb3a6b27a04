using System.Security.Cryptography;
using MirrorBackup.Codecs.Encryption;

namespace MirrorBackup.Remotes.Urls;

/// <summary>
/// The encryption key that a URL gives or names. What goes wrong is said without a name of a variable or a file: it may be a key in the wrong place.
/// </summary>
internal static class KeyOption
{
    /// <summary>How a value that is not JSON says that it names an environment variable.</summary>
    public const string VariablePrefix = "env:";

    private const int MaximumFileLength = 4096;

    /// <summary>The key of a remote, owned by the caller; null if it has none.</summary>
    public static async ValueTask<EncryptionKey?> ReadAsync(RemoteLocation location, CancellationToken cancellationToken)
    {
        var (text, variable, file) = (location.EncryptionKey, location.EncryptionKeyVariable, location.EncryptionKeyFile);
        return (text, variable, file) switch
        {
            (null, null, null) => null,
            (not null, null, null) => EncryptionKey.FromText(text),
            (null, not null, null) => FromVariable(variable),
            (null, null, not null) => await FromFileAsync(file, cancellationToken).ConfigureAwait(false),
            _ => throw RemoteUrlParser.Invalid(location, "it has more than one of the options encryptionKey, encryptionKeyVariable and encryptionKeyFile"),
        };
    }

    private static EncryptionKey FromVariable(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } key
            ? EncryptionKey.FromText(key)
            : throw new EncryptionKeyException("The environment variable that is to hold the encryption key is not set.");

    private static async ValueTask<EncryptionKey> FromFileAsync(string path, CancellationToken cancellationToken)
    {
        var buffer = new byte[MaximumFileLength];
        try
        {
            // Read to its end and not by its length: it may be a pipe of the shell.
            var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            await using (file.ConfigureAwait(false))
            {
                var length = await file.ReadAtLeastAsync(buffer, MaximumFileLength, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
                return EncryptionKey.FromBytes(WithoutLineEnd(buffer.AsSpan(0, length)));
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            var reason = exception is FileNotFoundException or DirectoryNotFoundException ? "is not there" : "cannot be read";
            throw new EncryptionKeyException($"The file that is to hold the encryption key {reason} ({exception.GetType().Name}).");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer);
        }
    }

    /// <summary>What editors and shells put behind a key; a key that has 32 bytes is left alone.</summary>
    private static ReadOnlySpan<byte> WithoutLineEnd(ReadOnlySpan<byte> content) =>
        content.Length == EncryptionKey.Length ? content
        : content.EndsWith("\r\n"u8) ? content[..^2]
        : content.EndsWith("\n"u8) ? content[..^1]
        : content;
}
