using MirrorBackup.Codecs.Encryption;
using MirrorBackup.Remotes;

namespace MirrorBackup.Repositories;

/// <summary>
/// Opens remotes that Xen Orchestra has encrypted, or will find encrypted. Opening never writes: an empty remote becomes an encrypted one with the
/// first thing that is written to it (<c>docs/encryption.md</c>).
/// </summary>
public static class RepositoryEncryption
{
    /// <summary>Finds out how a remote is encrypted, checks the key, and wraps the remote so that it decrypts.</summary>
    /// <param name="remote">The remote as it is stored; owned by the result once the call has succeeded.</param>
    /// <param name="key">Its key; stays the caller's, who may dispose it after the call. <see langword="null"/> for a remote that is not encrypted.</param>
    /// <param name="options">What an empty remote is encrypted with; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>A remote that decrypts and encrypts; without a key, <paramref name="remote"/> itself.</returns>
    /// <exception cref="EncryptionKeyException">
    /// The remote is encrypted and there is no key or another one, or with another algorithm than <paramref name="options"/> require, or there is a key and the
    /// remote holds files that are not encrypted
    /// (<see cref="ErrorCodes.WrongEncryptionKey"/>); or the key cannot be one (<see cref="ErrorCodes.InvalidEncryptionKey"/>).
    /// </exception>
    /// <exception cref="CorruptBackupException">
    /// <c>encryption.json</c> or <c>metadata.json</c> is damaged or missing while the remote holds other files (<see cref="ErrorCodes.CorruptEncryption"/>).
    /// </exception>
    /// <exception cref="UnsupportedBackupException">The remote is encrypted with an algorithm that is not known.</exception>
    public static async ValueTask<IRemote> OpenAsync(
        IRemote remote, EncryptionKey? key, EncryptionOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(remote);
        options ??= new EncryptionOptions();
        if (!EncryptionScheme.Of(options.Algorithm).IsAuthenticated)
        {
            throw new ArgumentException($"{options.Algorithm} does not authenticate: no remote is encrypted with it any more.", nameof(options));
        }

        if (key is null)
        {
            await EnsureClearAsync(remote, cancellationToken).ConfigureAwait(false);
            return remote;
        }

        return await OpenEncryptedAsync(remote, key, options, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Checks that a remote is not encrypted.</summary>
    internal static async ValueTask EnsureClearAsync(IRemote remote, CancellationToken cancellationToken)
    {
        switch (await EncryptionFiles.ReadAlgorithmAsync(remote, cancellationToken).ConfigureAwait(false))
        {
            case EncryptionFiles.None:
                return;
            case null:
                // Encryption.json may have been lost; what it told apart must not pass for clear then.
                if (await EncryptionFiles.CheckKeyAsync(remote, cancellationToken).ConfigureAwait(false) is KeyCheck.NotJson)
                {
                    throw Corrupt(remote, EncryptionFiles.KeyCheckFile,
                        $"{EncryptionFiles.KeyCheckFile} is not clear text, so the remote seems to be encrypted, but {EncryptionFiles.Algorithm} is missing and no key was given");
                }

                return;
            case var name when EncryptionScheme.TryFind(name, out _):
                throw WrongKey(remote, $"it is encrypted with {name}, and no key was given");
            case var name:
                throw Unknown(remote, name);
        }
    }

    private static async ValueTask<IRemote> OpenEncryptedAsync(
        IRemote remote, EncryptionKey key, EncryptionOptions options, CancellationToken cancellationToken)
    {
        var name = await EncryptionFiles.ReadAlgorithmAsync(remote, cancellationToken).ConfigureAwait(false);
        var scheme = EncryptionScheme.Of(options.Algorithm);
        KeyCheck? check = null;
        var isOther = false;
        if (name is null || EncryptionScheme.TryFind(name, out scheme))
        {
            var cipher = new FileCipher(scheme, await key.CopyAsync(cancellationToken).ConfigureAwait(false));
            try
            {
                var encrypted = new EncryptedRemote(remote, cipher, EncryptionFiles.IsClear);
                check = await EncryptionFiles.CheckKeyAsync(encrypted, cancellationToken).ConfigureAwait(false);
                isOther = options.RequiresAlgorithm && scheme.Algorithm != options.Algorithm;
                if (check == KeyCheck.Fits && !isOther)
                {
                    return encrypted;
                }
            }
            finally
            {
                if (check != KeyCheck.Fits || isOther)
                {
                    cipher.Dispose();
                }
            }
        }

        // As Xen Orchestra does: while nothing else is there, the settings may change freely.
        return await EncryptionFiles.FindContentAsync(remote, cancellationToken).ConfigureAwait(false) is { } content
            ? throw (check == KeyCheck.Fits ? Other(remote, name, options, content) : Refusal(remote, name, check, content))
            : await InitializeAsync(remote, key, options, cancellationToken).ConfigureAwait(false);
    }

    private static async ValueTask<IRemote> InitializeAsync(
        IRemote remote, EncryptionKey key, EncryptionOptions options, CancellationToken cancellationToken)
    {
        var scheme = EncryptionScheme.Of(options.Algorithm);
        var cipher = new FileCipher(scheme, await key.CopyAsync(cancellationToken).ConfigureAwait(false));
        var encrypted = new EncryptedRemote(remote, cipher, EncryptionFiles.IsClear);
        return remote.Capabilities.IsReadOnly ? encrypted : new InitializingRemote(encrypted, remote, scheme.Name);
    }

    private static MirrorBackupException Refusal(IRemote remote, string? name, KeyCheck? check, string content) => (name, check) switch
    {
        (EncryptionFiles.None, _) => WrongKey(remote, $"{EncryptionFiles.Algorithm} says that it is not encrypted, a key was given, and it is not empty (found {RemotePath.Quote(content)})"),
        (not null, null) => Unknown(remote, name),
        (null, KeyCheck.Missing) => WrongKey(remote, $"a key was given, and it holds files that are not encrypted (found {RemotePath.Quote(content)}, no {EncryptionFiles.Algorithm}); only an empty remote becomes an encrypted one"),
        (null, _) => Corrupt(remote, EncryptionFiles.Algorithm, $"{EncryptionFiles.Algorithm} is missing, and the key does not fit {EncryptionFiles.KeyCheckFile} with the algorithm of new remotes"),
        (_, KeyCheck.Missing) => Corrupt(remote, EncryptionFiles.KeyCheckFile, $"{EncryptionFiles.KeyCheckFile}, which tells whether a key is the right one, is missing, and the remote is not empty (found {RemotePath.Quote(content)})"),
        (_, KeyCheck.NoKeyCheck or KeyCheck.NotJson) => Corrupt(remote, EncryptionFiles.KeyCheckFile, $"{EncryptionFiles.KeyCheckFile} is authentic, but holds no text \"random\""),
        _ => WrongKey(remote, $"it is encrypted with {name}, and the key does not fit {EncryptionFiles.KeyCheckFile}: another key was given, or the file was altered"),
    };

    private static EncryptionKeyException Other(IRemote remote, string? name, EncryptionOptions options, string content) => WrongKey(
        remote,
        $"it is encrypted with {name}, and {EncryptionScheme.Of(options.Algorithm).Name} was asked for; only an empty remote can be given an algorithm (found {RemotePath.Quote(content)})");

    private static EncryptionKeyException WrongKey(IRemote remote, string reason) =>
        new($"The remote {remote.Name} cannot be opened: {reason}.", ErrorCodes.WrongEncryptionKey) { Remote = remote.Name };

    private static CorruptBackupException Corrupt(IRemote remote, RemotePath path, string reason) =>
        new($"The remote {remote.Name} cannot be opened: {reason}.", ErrorCodes.CorruptEncryption) { Remote = remote.Name, Path = path.Value };

    private static UnsupportedBackupException Unknown(IRemote remote, string name) =>
        new($"The remote {remote.Name} cannot be opened: it is encrypted with {RemotePath.Quote(name)}; chacha20-poly1305, aes-256-gcm and aes-256-cbc are known.")
        {
            Remote = remote.Name,
            Path = EncryptionFiles.Algorithm.Value,
        };
}
