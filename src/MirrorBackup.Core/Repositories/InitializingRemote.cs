using System.Runtime.CompilerServices;
using MirrorBackup.Codecs.Encryption;
using MirrorBackup.Remotes;

namespace MirrorBackup.Repositories;

/// <summary>
/// An empty remote that becomes an encrypted one with the first thing that is written, a lock included: until then nothing is. Whoever else makes
/// it one meanwhile, with another key, is noticed.
/// </summary>
/// <param name="encrypted">The remote as it will be; owned.</param>
/// <param name="storage">The same without encryption.</param>
/// <param name="algorithm">What <c>encryption.json</c> is to say.</param>
internal sealed class InitializingRemote(EncryptedRemote encrypted, IRemote storage, string algorithm) : DelegatingRemote(encrypted)
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private volatile bool _isReady;

    /// <inheritdoc/>
    public override ValueTask<long> ReadAllAsync(RemotePath path, Memory<byte> buffer, bool asStored = false, CancellationToken cancellationToken = default) =>
        Inner.ReadAllAsync(path, buffer, asStored, cancellationToken);

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public override async ValueTask WriteAllAsync(
        RemotePath path, ReadOnlyMemory<byte> content, WriteOptions options = default, CancellationToken cancellationToken = default)
    {
        await EnsureReadyAsync(cancellationToken).ConfigureAwait(false);
        await base.WriteAllAsync(path, content, options, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask<IUpload> CreateAsync(RemotePath path, UploadOptions options = default, CancellationToken cancellationToken = default)
    {
        await EnsureReadyAsync(cancellationToken).ConfigureAwait(false);
        return await base.CreateAsync(path, options, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask MoveAsync(RemotePath source, RemotePath destination, WriteGrade grade = WriteGrade.Publish, CancellationToken cancellationToken = default)
    {
        await EnsureReadyAsync(cancellationToken).ConfigureAwait(false);
        await base.MoveAsync(source, destination, grade, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask CreateDirectoryAsync(RemotePath path, CancellationToken cancellationToken = default)
    {
        await EnsureReadyAsync(cancellationToken).ConfigureAwait(false);
        await base.CreateDirectoryAsync(path, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask<IRemoteLock> LockAsync(
        RemotePath directory, LockOptions options = default, CancellationToken cancellationToken = default)
    {
        await EnsureReadyAsync(cancellationToken).ConfigureAwait(false);
        return await base.LockAsync(directory, options, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask EnsureReadyAsync(CancellationToken cancellationToken)
    {
        if (_isReady)
        {
            return;
        }

        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!_isReady && !await IsSetUpAsync(cancellationToken).ConfigureAwait(false))
            {
                await SetUpAsync(cancellationToken).ConfigureAwait(false);
            }

            _isReady = true;
        }
        finally
        {
            _gate.Release();
        }
    }

    private async ValueTask<bool> IsSetUpAsync(CancellationToken cancellationToken) =>
        await EncryptionFiles.ReadAlgorithmAsync(storage, cancellationToken).ConfigureAwait(false) == algorithm
        && await EncryptionFiles.CheckKeyAsync(Inner, cancellationToken).ConfigureAwait(false) == KeyCheck.Fits;

    private async ValueTask SetUpAsync(CancellationToken cancellationToken)
    {
        if (await EncryptionFiles.FindContentAsync(storage, cancellationToken).ConfigureAwait(false) is { } found)
        {
            throw Overtaken($"it is not empty any more (found {RemotePath.Quote(found)})");
        }

        await storage.WriteAllAsync(EncryptionFiles.Algorithm, EncryptionFiles.AlgorithmContent(algorithm), default, cancellationToken).ConfigureAwait(false);
        await Inner.WriteAllAsync(EncryptionFiles.KeyCheckFile, EncryptionFiles.KeyCheckContent(), default, cancellationToken).ConfigureAwait(false);
        if (!await IsSetUpAsync(cancellationToken).ConfigureAwait(false))
        {
            throw Overtaken("somebody else is setting it up with another key");
        }
    }

    private EncryptionKeyException Overtaken(string reason) =>
        new($"The remote {Name} was empty and could not be set up for encryption: {reason}.", ErrorCodes.WrongEncryptionKey) { Remote = Name };
}
