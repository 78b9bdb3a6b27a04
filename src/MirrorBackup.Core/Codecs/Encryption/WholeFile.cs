using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using MirrorBackup.Disks;
using MirrorBackup.Remotes;

namespace MirrorBackup.Codecs.Encryption;

/// <summary>
/// A small encrypted file: read whole and authenticated before it gives a byte. A read of all of it goes straight into the caller's buffer; any
/// other keeps the content until the file is closed.
/// </summary>
/// <param name="inner">The stored file; owned.</param>
/// <param name="remote">The name of the remote, for messages.</param>
/// <param name="cipher">Decrypts; stays the caller's.</param>
/// <param name="asStored">Whether to give the stored bytes once they are authenticated, and not the clear ones.</param>
internal sealed class WholeFile(IRemoteFile inner, string remote, FileCipher cipher, bool asStored) : IRemoteFile
{
    /// <summary>The longest stored file that is read whole: two blocks of a disk, whatever a compression made of them.</summary>
    public const int MaximumStoredLength = 4 << 20;

    // Nobody waits where all of the file is read at once.
    private SemaphoreSlim? _gate;
    private byte[]? _content;
    private bool _disposed;

    public RemotePath Path => inner.Path;

    public long Length { get; } = asStored ? inner.Length : cipher.Scheme.ClearLength(inner.Length);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (offset == 0 && buffer.Length >= Length && _content is null)
        {
            await LoadAsync(buffer[..(int)Length], cancellationToken).ConfigureAwait(false);
            return (int)Length;
        }

        var content = _content ?? await KeepAsync(cancellationToken).ConfigureAwait(false);
        if (offset >= content.Length)
        {
            return 0;
        }

        var count = (int)Math.Min(buffer.Length, content.Length - offset);
        content.AsMemory((int)offset, count).CopyTo(buffer);
        return count;
    }

    public ValueTask DisposeAsync()
    {
        _disposed = true;
        _content = null;
        return inner.DisposeAsync();
    }

    private async ValueTask<byte[]> KeepAsync(CancellationToken cancellationToken)
    {
        var gate = LazyInitializer.EnsureInitialized(ref _gate, static () => new SemaphoreSlim(1, 1));
        await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_content is not { } content)
            {
                content = new byte[(int)Length];
                await LoadAsync(content, cancellationToken).ConfigureAwait(false);
                _content = content;
            }

            return content;
        }
        finally
        {
            gate.Release();
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask LoadAsync(Memory<byte> target, CancellationToken cancellationToken)
    {
        var storedLength = (int)inner.Length;
        using var other = BlockBuffers.Rent(storedLength);
        var (stored, clear) = asStored ? (target, other.Memory[..(int)cipher.Scheme.ClearLength(storedLength)]) : (other.Memory, target);
        await inner.ReadExactlyAsync(0, stored, cancellationToken).ConfigureAwait(false);
        if (!cipher.TryOpen(stored.Span, clear.Span))
        {
            CryptographicOperations.ZeroMemory(target.Span);
            throw NotAuthentic(Path, remote, cipher.Scheme);
        }
    }

    internal static IntegrityException NotAuthentic(RemotePath path, string remote, EncryptionScheme scheme) =>
        new($"{path} of {remote} is not authentic: its {scheme.Name} tag does not fit, so it was altered, cut, or encrypted with another key.", ErrorCodes.NotAuthentic)
        {
            Remote = remote,
            Path = path.Value,
        };
}
