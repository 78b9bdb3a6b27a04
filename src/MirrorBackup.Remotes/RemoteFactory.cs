using System.Collections.Concurrent;
using MirrorBackup.Remotes.Urls;
using MirrorBackup.Repositories;

namespace MirrorBackup.Remotes;

/// <summary>Opens remotes from their URLs. Knows local directories; other packages and users register what they bring. Thread-safe.</summary>
/// <remarks>
/// A local URL is <c>file:///path?option=value</c>. Its options: <c>readOnly</c>, <c>create</c> (make a missing root), <c>name</c> (for messages),
/// and those that Xen Orchestra stores. A URL of any scheme may have an encryption key: <c>encryptionKey=%22…%22</c>,
/// <c>encryptionKey=env:NAME</c> or <c>encryptionKeyFile=path</c>, and with it <c>encryptionAlgorithm</c> (<c>docs/encryption.md</c>).
/// </remarks>
public sealed class RemoteFactory
{
    private readonly ConcurrentDictionary<string, Func<RemoteLocation, CancellationToken, ValueTask<IRemote>>> _openers = new(StringComparer.Ordinal);

    /// <summary>Creates a factory that knows the scheme <c>file</c>.</summary>
    /// <param name="timeProvider">The clock of the remotes that it opens; the system's by default.</param>
    public RemoteFactory(TimeProvider? timeProvider = null)
    {
        Register("file", (location, _) => ValueTask.FromResult<IRemote>(LocalUrl.Open(location, timeProvider)));
    }

    /// <summary>Adds a scheme, or replaces what opens it.</summary>
    /// <param name="scheme">The scheme in lower case, such as <c>s3</c>.</param>
    /// <param name="open">Opens a remote of this scheme; called for every URL, from any thread.</param>
    /// <returns>This factory.</returns>
    public RemoteFactory Register(string scheme, Func<RemoteLocation, CancellationToken, ValueTask<IRemote>> open)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(scheme);
        ArgumentNullException.ThrowIfNull(open);
        _openers[scheme] = open;
        return this;
    }

    /// <summary>Opens a remote.</summary>
    /// <param name="url">Its URL, or the full path of a local directory.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The remote, owned by the caller.</returns>
    /// <exception cref="MirrorBackupException">The URL cannot be understood (<see cref="ErrorCodes.InvalidUrl"/>), or the remote cannot be opened.</exception>
    /// <exception cref="UnsupportedBackupException">No one opens this scheme; the message says what to do.</exception>
    /// <exception cref="EncryptionKeyException">The remote is encrypted and there is no key or another one; or the key cannot be found or used.</exception>
    public ValueTask<IRemote> OpenAsync(string url, CancellationToken cancellationToken = default) =>
        OpenAsync(RemoteLocation.Parse(url), cancellationToken);

    /// <summary>Opens a remote.</summary>
    /// <param name="location">What its URL says.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The remote, owned by the caller.</returns>
    /// <exception cref="MirrorBackupException">An option cannot be understood (<see cref="ErrorCodes.InvalidUrl"/>), or the remote cannot be opened.</exception>
    /// <exception cref="UnsupportedBackupException">No one opens this scheme; the message says what to do.</exception>
    /// <exception cref="EncryptionKeyException">The remote is encrypted and there is no key or another one; or the key cannot be found or used.</exception>
    public async ValueTask<IRemote> OpenAsync(RemoteLocation location, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(location);
        cancellationToken.ThrowIfCancellationRequested();
        if (!_openers.TryGetValue(location.Scheme, out var open))
        {
            throw Unknown(location);
        }

        var storage = await open(location, cancellationToken).ConfigureAwait(false);
        try
        {
            return await EncryptAsync(storage, location, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await storage.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Lets a remote that is open decrypt with the key that a URL gives, as <see cref="OpenAsync(RemoteLocation, CancellationToken)"/> does.</summary>
    /// <param name="storage">The remote as it is stored; owned by the result once the call has succeeded.</param>
    /// <param name="location">What the URL says.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>A remote that decrypts; <paramref name="storage"/> itself if the URL gives no key.</returns>
    /// <exception cref="EncryptionKeyException">The remote is encrypted with another key; or the key cannot be found or used.</exception>
    public static async ValueTask<IRemote> EncryptAsync(IRemote storage, RemoteLocation location, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(storage);
        ArgumentNullException.ThrowIfNull(location);
        var options = AlgorithmOption.Read(location);
        using var key = await KeyOption.ReadAsync(location, cancellationToken).ConfigureAwait(false);

        if (key is null && options is not null)
        {
            throw RemoteUrlParser.Invalid(location, "the option encryptionAlgorithm needs an encryption key with it");
        }

        // Without a key it is left to the repository to find out that one is needed: a remote is more than a repository.
        return key is null ? storage : await RepositoryEncryption.OpenAsync(storage, key, options, cancellationToken).ConfigureAwait(false);
    }

    private static UnsupportedBackupException Unknown(RemoteLocation location)
    {
        var advice = location.Scheme switch
        {
            "nfs" => "mount the export with the operating system and use file:///mount/point",
            "smb" or "cifs" => "mount the share with the operating system and use file:///mount/point",
            "s3" or "s3+http" or "azure" or "azurite" or "azurite+http" or "sftp" =>
                $"object stores and servers are packages of their own: register one for \"{location.Scheme}\" with RemoteFactory.Register",
            _ => "use file:///path, or register what opens this scheme with RemoteFactory.Register",
        };

        // Host and path stay out: in the SMB form of Xen Orchestra the limits of the password are not certain.
        return new UnsupportedBackupException($"Remotes of the scheme \"{location.Scheme}\" cannot be opened: {advice}.", ErrorCodes.RemoteUnsupported);
    }
}
