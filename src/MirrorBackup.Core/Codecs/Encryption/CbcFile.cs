using System.Buffers;
using System.Security.Cryptography;
using MirrorBackup.Remotes;

namespace MirrorBackup.Codecs.Encryption;

/// <summary>
/// A file of <c>aes-256-cbc</c>: 16 bytes of initialisation vector, then whole blocks, the last one padded (PKCS#7). Nothing tells whether it was
/// altered. Each block needs the one before only, so that any range is read directly.
/// </summary>
internal sealed class CbcFile : IRemoteFile
{
    private const int BlockBytes = 16;
    private const int MaximumPieceBytes = 1 << 20;

    private readonly IRemoteFile _inner;
    private readonly FileCipher _cipher;
    private bool _disposed;

    private CbcFile(IRemoteFile inner, FileCipher cipher) => (_inner, _cipher) = (inner, cipher);

    public RemotePath Path => _inner.Path;

    public long Length { get; private set; }

    /// <summary>Opens a file and learns its length from the padding.</summary>
    /// <param name="inner">The stored file; owned, once the call has succeeded.</param>
    /// <param name="remote">The name of the remote, for messages.</param>
    /// <param name="cipher">Decrypts; stays the caller's.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public static async ValueTask<CbcFile> OpenAsync(IRemoteFile inner, string remote, FileCipher cipher, CancellationToken cancellationToken)
    {
        var body = inner.Length - BlockBytes;
        var file = new CbcFile(inner, cipher) { Length = body };
        var last = new byte[BlockBytes];
        if (body <= 0 || body % BlockBytes != 0)
        {
            throw Damaged($"it has {inner.Length} bytes; a multiple of {BlockBytes}, at least {2 * BlockBytes}, was expected");
        }

        await file.DecryptAsync(body - BlockBytes, last, cancellationToken).ConfigureAwait(false);
        int padding = last[^1];
        if (padding is 0 or > BlockBytes || last.AsSpan(BlockBytes - padding).ContainsAnyExcept((byte)padding))
        {
            throw Damaged("its padding is none: it was altered, or encrypted with another key");
        }

        file.Length = body - padding;
        return file;

        IntegrityException Damaged(string found) =>
            new($"{inner.Path} of {remote} cannot be decrypted with {cipher.Scheme.Name}: {found}.", ErrorCodes.NotAuthentic) { Remote = remote, Path = inner.Path.Value };
    }

    public async ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ObjectDisposedException.ThrowIf(_disposed, this);
        var wanted = buffer[..(int)Math.Clamp(Length - offset, 0, buffer.Length)];
        for (var done = 0; done < wanted.Length;)
        {
            var piece = wanted.Slice(done, Math.Min(wanted.Length - done, MaximumPieceBytes));
            await ReadPieceAsync(offset + done, piece, cancellationToken).ConfigureAwait(false);
            done += piece.Length;
        }

        return wanted.Length;
    }

    public ValueTask DisposeAsync()
    {
        _disposed = true;
        return _inner.DisposeAsync();
    }

    private async ValueTask ReadPieceAsync(long offset, Memory<byte> piece, CancellationToken cancellationToken)
    {
        var start = offset / BlockBytes * BlockBytes;
        var length = (int)((offset + piece.Length + BlockBytes - 1) / BlockBytes * BlockBytes - start);
        var clear = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            await DecryptAsync(start, clear.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
            clear.AsMemory((int)(offset - start), piece.Length).CopyTo(piece);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(clear);
        }
    }

    /// <summary>Decrypts whole blocks, which lie one block behind the one that they need.</summary>
    private async ValueTask DecryptAsync(long start, Memory<byte> clear, CancellationToken cancellationToken)
    {
        var length = clear.Length + BlockBytes;
        var stored = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            await _inner.ReadExactlyAsync(start, stored.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
            using var aes = _cipher.CreateAes();
            aes.DecryptCbc(stored.AsSpan(BlockBytes, clear.Length), stored.AsSpan(0, BlockBytes), clear.Span, PaddingMode.None);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(stored);
        }
    }
}
