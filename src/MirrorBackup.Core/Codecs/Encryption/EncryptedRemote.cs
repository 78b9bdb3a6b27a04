using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using MirrorBackup.Disks;
using MirrorBackup.Remotes;

namespace MirrorBackup.Codecs.Encryption;

/// <summary>
/// Encrypts what is written to another remote and decrypts what is read, each file as one message (<c>formats/repository.md</c> §3.2). Names stay
/// as they are; lengths are the clear ones. The caller says which paths stay clear.
/// </summary>
/// <remarks>
/// Nothing is updated in place. Listings and look-ups give lengths without reading: exact ones, but of
/// <see cref="EncryptionAlgorithm.Aes256Cbc"/> up to 15 bytes too long, because only the key tells the padding; an open file knows its length.
/// Nothing binds a file to its path: two files that were swapped as wholes are not recognised here.
/// </remarks>
public sealed class EncryptedRemote : DelegatingRemote
{
    private readonly FileCipher _cipher;
    private readonly Func<RemotePath, bool> _isClear;
    private readonly string _fingerprint;

    internal EncryptedRemote(IRemote inner, FileCipher cipher, Func<RemotePath, bool> isClear)
        : base(inner)
    {
        _cipher = cipher;
        _isClear = isClear;
        _fingerprint = cipher.ComputeFingerprint();
    }

    /// <inheritdoc/>
    public override RemoteCapabilities Capabilities => Inner.Capabilities with
    {
        IsReadOnly = Inner.Capabilities.IsReadOnly || !_cipher.Scheme.IsAuthenticated,
        SupportsUpdate = false,
        SupportsRangeCopy = false,
        MaximumFileLength = Math.Min(
            Inner.Capabilities.MaximumFileLength is { } limit ? _cipher.Scheme.ClearLength(limit) : long.MaxValue, _cipher.Scheme.MaximumClearLength),
        EncryptionFingerprint = _fingerprint,
        IsAuthenticated = _cipher.Scheme.IsAuthenticated,
    };

    /// <summary>Wraps a remote.</summary>
    /// <param name="inner">The remote that stores; owned from now on.</param>
    /// <param name="algorithm">What everything is encrypted with.</param>
    /// <param name="key">The key; stays the caller's, who may dispose it after the call.</param>
    /// <param name="isClear">Whether a path is read and written as it is; asked often and from any thread.</param>
    /// <param name="cancellationToken">Stops the asking for a key that has to be asked for.</param>
    /// <returns>The encrypted remote, owned by the caller.</returns>
    /// <exception cref="EncryptionKeyException">The key that was asked for cannot be one.</exception>
    public static async ValueTask<EncryptedRemote> CreateAsync(
        IRemote inner, EncryptionAlgorithm algorithm, EncryptionKey key, Func<RemotePath, bool> isClear, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(inner);
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(isClear);
        var scheme = EncryptionScheme.Of(algorithm);
        return new EncryptedRemote(inner, new FileCipher(scheme, await key.CopyAsync(cancellationToken).ConfigureAwait(false)), isClear);
    }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<RemoteEntry> ListAsync(
        RemotePath directory, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var entry in Inner.ListAsync(directory, cancellationToken).ConfigureAwait(false))
        {
            yield return WithClearLength(entry);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<RemoteEntry?> StatAsync(RemotePath path, CancellationToken cancellationToken = default) =>
        await Inner.StatAsync(path, cancellationToken).ConfigureAwait(false) is { } entry ? WithClearLength(entry) : null;

    /// <inheritdoc/>
    public override ValueTask<IRemoteFile> OpenReadAsync(RemotePath path, CancellationToken cancellationToken = default) =>
        _isClear(path) ? Inner.OpenReadAsync(path, cancellationToken) : OpenAsync(path, asStored: false, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<IRemoteFile> OpenStoredAsync(RemotePath path, CancellationToken cancellationToken = default) =>
        _isClear(path) || !_cipher.Scheme.IsAuthenticated
            ? Inner.OpenReadAsync(path, cancellationToken)
            : OpenAsync(path, asStored: true, cancellationToken);

    /// <inheritdoc/>
    public override async ValueTask<byte[]> ReadAllAsync(RemotePath path, int maximumLength, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maximumLength);
        if (_isClear(path))
        {
            return await Inner.ReadAllAsync(path, maximumLength, cancellationToken).ConfigureAwait(false);
        }

        var file = await OpenAsync(path, asStored: false, cancellationToken).ConfigureAwait(false);
        await using (file.ConfigureAwait(false))
        {
            if (file.Length > maximumLength)
            {
                throw new CorruptBackupException(
                    $"{path} of {Name} has {file.Length} bytes; at most {maximumLength} were expected.", ErrorCodes.FileTooLarge)
                    { Remote = Name, Path = path.Value };
            }

            var content = new byte[file.Length];
            var count = await file.ReadAsync(0, content, cancellationToken).ConfigureAwait(false);
            return count == content.Length ? content : content[..count];
        }
    }

    /// <inheritdoc/>
    public override ValueTask<long> ReadAllAsync(RemotePath path, Memory<byte> buffer, bool asStored = false, CancellationToken cancellationToken = default) =>
        _isClear(path) || (asStored && !_cipher.Scheme.IsAuthenticated) ? Inner.ReadAllAsync(path, buffer, asStored: false, cancellationToken)
        : _cipher.Scheme.IsAuthenticated ? ReadAuthenticAsync(path, buffer, asStored, cancellationToken)
        : base.ReadAllAsync(path, buffer, asStored, cancellationToken); // Only its last bytes tell how long it is.

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public override async ValueTask WriteAllAsync(
        RemotePath path, ReadOnlyMemory<byte> content, WriteOptions options = default, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_isClear(path) || options.AsStored)
        {
            await Inner.WriteAllAsync(path, content, options with { AsStored = false }, cancellationToken).ConfigureAwait(false);
            return;
        }

        EnsureWritable(path, content.Length);
        var length = checked(content.Length + _cipher.Scheme.Overhead);
        using var stored = BlockBuffers.Rent(length);
        _cipher.Seal(content.Span, stored.Span);
        await Inner.WriteAllAsync(path, stored.Memory, options, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    /// <exception cref="UnsupportedBackupException">The file is longer than the cipher allows, or the cipher does not authenticate.</exception>
    public override async ValueTask<IUpload> CreateAsync(RemotePath path, UploadOptions options = default, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(options.Length ?? 0, nameof(options));
        if (_isClear(path) || options.AsStored)
        {
            return await Inner.CreateAsync(path, options with { AsStored = false }, cancellationToken).ConfigureAwait(false);
        }

        EnsureWritable(path, options.Length ?? 0);
        var upload = await Inner.CreateAsync(path, options with { Length = options.Length + _cipher.Scheme.Overhead }, cancellationToken).ConfigureAwait(false);
        return new EncryptedUpload(upload, Name, _cipher, options.Length);
    }

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">Always: what is authenticated as a whole cannot be changed in part.</exception>
    public override ValueTask<IRemoteFileUpdate> OpenForUpdateAsync(RemotePath path, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException($"{path} of {Name} is encrypted: files are written whole, never in place.");

    /// <inheritdoc/>
    /// <exception cref="UnsupportedBackupException">One of the two names stays clear and the other does not.</exception>
    public override ValueTask MoveAsync(RemotePath source, RemotePath destination, WriteGrade grade = WriteGrade.Publish, CancellationToken cancellationToken = default) =>
        _isClear(source) == _isClear(destination)
            ? Inner.MoveAsync(source, destination, grade, cancellationToken)
            : throw new UnsupportedBackupException(
                $"{source} of {Name} cannot be moved to {destination}: one of the two names is encrypted and the other is not.", ErrorCodes.RemoteUnsupported)
                { Remote = Name, Path = source.Value };

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync().ConfigureAwait(false);
        _cipher.Dispose();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<long> ReadAuthenticAsync(RemotePath path, Memory<byte> buffer, bool asStored, CancellationToken cancellationToken)
    {
        // The bytes that are not asked for: the stored ones, or the clear ones, without which the tag cannot be checked.
        var scheme = _cipher.Scheme;
        using var other = BlockBuffers.Rent(asStored ? buffer.Length : buffer.Length + scheme.Overhead);
        var (stored, clear) = asStored ? (buffer, other.Memory) : (other.Memory, buffer);
        var length = await Inner.ReadAllAsync(path, stored, asStored: false, cancellationToken).ConfigureAwait(false);
        var clearLength = scheme.ClearLength(length);
        if (length < scheme.Overhead || (length <= stored.Length && !_cipher.TryOpen(stored.Span[..(int)length], clear.Span[..(int)clearLength])))
        {
            CryptographicOperations.ZeroMemory(buffer.Span);
            throw length < scheme.Overhead ? TooShort(path, length) : WholeFile.NotAuthentic(path, Name, scheme);
        }

        return asStored ? length : clearLength;
    }

    private IntegrityException TooShort(RemotePath path, long length) => new(
        $"{path} of {Name} has {length} bytes; a file that is encrypted with {_cipher.Scheme.Name} has at least {_cipher.Scheme.Overhead}.",
        ErrorCodes.NotAuthentic) { Remote = Name, Path = path.Value };

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<IRemoteFile> OpenAsync(RemotePath path, bool asStored, CancellationToken cancellationToken)
    {
        var file = await Inner.OpenReadAsync(path, cancellationToken).ConfigureAwait(false);
        try
        {
            if (file.Length < _cipher.Scheme.Overhead)
            {
                throw TooShort(path, file.Length);
            }

            return !_cipher.Scheme.IsAuthenticated ? await CbcFile.OpenAsync(file, Name, _cipher, cancellationToken).ConfigureAwait(false)
                : file.Length <= WholeFile.MaximumStoredLength ? new WholeFile(file, Name, _cipher, asStored)
                : new SequentialFile(file, Name, _cipher, asStored);
        }
        catch
        {
            await file.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private void EnsureWritable(RemotePath path, long length)
    {
        var scheme = _cipher.Scheme;
        var reason = !scheme.IsAuthenticated ? $"it is encrypted with {scheme.Name}, which is only read: mirror it to a new remote"
            : length > scheme.MaximumClearLength ? $"{length} bytes are more than {scheme.Name} can encrypt as one file, {scheme.MaximumClearLength}"
            : null;
        if (reason is not null)
        {
            throw new UnsupportedBackupException($"Could not write {path} of {Name}: {reason}.", ErrorCodes.RemoteUnsupported)
                { Remote = Name, Path = path.Value };
        }
    }

    private RemoteEntry WithClearLength(RemoteEntry entry) =>
        entry.IsFile && !_isClear(entry.Path) ? entry with { Length = _cipher.Scheme.ClearLength(entry.Length) } : entry;
}
