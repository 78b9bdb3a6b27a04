using System.Diagnostics.CodeAnalysis;
using MirrorBackup.Remotes;
using MirrorBackup.Vhd;

namespace MirrorBackup.Transfer;

/// <summary>
/// The bytes of a block, or of a piece of a stream, that nobody has read: each target has the storage copy them, or they are read after all, once for all
/// targets. Thread-safe.
/// </summary>
/// <param name="copy">Whether it is still worth trying.</param>
/// <param name="place">Where the bytes lie.</param>
/// <param name="read">Reads them into their lease.</param>
[SuppressMessage("Reliability", "CA1001", Justification = "Nobody asks the semaphore for a handle, so that it holds nothing to dispose.")]
internal sealed class UnreadBlock(StorageCopy copy, StoredBlockPlace place, Func<CancellationToken, ValueTask> read)
{
    private readonly SemaphoreSlim _reading = new(1, 1);
    private bool _isRead;

    /// <summary>Takes bytes of a file of the source.</summary>
    public delegate ValueTask<RangeCopy> Append(IRemoteFile file, CancellationToken cancellationToken);

    /// <summary>Where they begin in their file.</summary>
    public long Offset => place.Offset;

    /// <summary>How many they are.</summary>
    public int Length => place.Length;

    /// <summary>Has the storage copy them to one target.</summary>
    /// <returns>False if nothing was copied, so that they have to be read.</returns>
    public async ValueTask<bool> TryCopyAsync(Append append, CancellationToken cancellationToken)
    {
        if (!copy.IsOn || await TryOpenAsync(cancellationToken).ConfigureAwait(false) is not { } file)
        {
            return false;
        }

        try
        {
            // Of a file that is another by now, reading will say what is wrong.
            if (!place.IsFileShared && file.Length != Length)
            {
                return false;
            }

            var result = await append(file, cancellationToken).ConfigureAwait(false);
            if (!result.IsDone)
            {
                copy.Refuse(result.Refusal ?? "no reason was given");
            }

            return result.IsDone;
        }
        finally
        {
            if (!place.IsFileShared)
            {
                await file.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>Reads them, unless another target has made it so.</summary>
    /// <exception cref="SourceReadException">They cannot be read.</exception>
    public async ValueTask EnsureReadAsync(CancellationToken cancellationToken)
    {
        await _reading.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!_isRead)
            {
                await StorageCopy.BlameSourceAsync(read, cancellationToken).ConfigureAwait(false);
                _isRead = true;
            }
        }
        finally
        {
            _reading.Release();
        }
    }

    private async ValueTask<IRemoteFile?> TryOpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await place.OpenAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (MirrorBackupException)
        {
            return null;
        }
    }
}
