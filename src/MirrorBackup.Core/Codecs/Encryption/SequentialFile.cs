using System.Buffers;
using System.Security.Cryptography;
using MirrorBackup.Codecs.Encryption.Streaming;
using MirrorBackup.Remotes;

namespace MirrorBackup.Codecs.Encryption;

/// <summary>
/// A large encrypted file, decrypted from front to back: reading ahead decrypts what is between, reading backwards starts anew. The read that
/// reaches the end checks the tag first; after a failure every read fails.
/// </summary>
/// <remarks>
/// What was decrypted last, up to <see cref="WindowBytes"/>, can be read again, so that a look at the first bytes costs nothing. One read at a time;
/// others wait.
/// </remarks>
/// <param name="inner">The stored file; owned.</param>
/// <param name="remote">The name of the remote, for messages.</param>
/// <param name="cipher">Decrypts; stays the caller's.</param>
/// <param name="asStored">Whether to give the stored bytes and only check them, and not the clear ones.</param>
internal sealed class SequentialFile(IRemoteFile inner, string remote, FileCipher cipher, bool asStored) : IRemoteFile
{
    /// <summary>Bytes that are read at once for the sake of a smaller read.</summary>
    private const int WindowBytes = 64 << 10;

    private readonly SemaphoreSlim _gate = new(1, 1);

    /// <summary>What is given begins here in the stored file.</summary>
    private readonly int _first = asStored ? 0 : EncryptionScheme.NonceBytes;

    private readonly byte[] _window = new byte[WindowBytes];
    private StreamingCipher? _streaming;
    private long _position;
    private long _windowStart;
    private int _windowCount;
    private bool _verified;
    private bool _failed;
    private bool _disposed;

    public RemotePath Path => inner.Path;

    public long Length { get; } = asStored ? inner.Length : cipher.Scheme.ClearLength(inner.Length);

    public bool IsSequential => true;

    /// <summary>The position in the stored file at which the tag begins.</summary>
    private long BodyEnd => inner.Length - EncryptionScheme.TagBytes;

    public async ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var wanted = buffer[..(int)Math.Clamp(Length - offset, 0, buffer.Length)];
            await ReadAllAsync(offset, wanted, cancellationToken).ConfigureAwait(false);
            return wanted.Length;
        }
        finally
        {
            _gate.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _gate.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            _disposed = true;
            _streaming?.Dispose();
            _streaming = null;
        }
        finally
        {
            _gate.Release();
        }

        await inner.DisposeAsync().ConfigureAwait(false);
    }

    private async ValueTask ReadAllAsync(long offset, Memory<byte> wanted, CancellationToken cancellationToken)
    {
        while (!wanted.IsEmpty)
        {
            if (_streaming is null)
            {
                await RestartAsync(cancellationToken).ConfigureAwait(false);
            }

            if (offset >= _windowStart && offset < _windowStart + _windowCount)
            {
                var kept = _window.AsMemory((int)(offset - _windowStart), (int)Math.Min(wanted.Length, _windowStart + _windowCount - offset));
                kept.CopyTo(wanted);
                offset += kept.Length;
                wanted = wanted[kept.Length..];
            }
            else if (offset == _position && wanted.Length >= WindowBytes)
            {
                await AdvanceAsync(wanted, cancellationToken).ConfigureAwait(false);
                return;
            }
            else if (offset < _position)
            {
                await RestartAsync(cancellationToken).ConfigureAwait(false);
            }
            else
            {
                _windowCount = 0;
                var count = (int)Math.Min(WindowBytes, Length - _position);
                var start = _position;
                await AdvanceAsync(_window.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
                (_windowStart, _windowCount) = (start, count);
            }
        }
    }

    private async ValueTask RestartAsync(CancellationToken cancellationToken)
    {
        var nonce = new byte[EncryptionScheme.NonceBytes];
        await inner.ReadExactlyAsync(0, nonce, cancellationToken).ConfigureAwait(false);
        _streaming?.Dispose();
        _streaming = cipher.Decrypt(nonce);
        (_position, _windowCount, _verified) = (0, 0, false);
    }

    /// <summary>Fills a buffer with what comes next.</summary>
    private async ValueTask AdvanceAsync(Memory<byte> target, CancellationToken cancellationToken)
    {
        if (_failed)
        {
            throw WholeFile.NotAuthentic(Path, remote, cipher.Scheme);
        }

        var start = _first + _position;
        await inner.ReadExactlyAsync(start, target, cancellationToken).ConfigureAwait(false);
        var from = (int)Math.Clamp(EncryptionScheme.NonceBytes - start, 0, target.Length);
        var to = (int)Math.Clamp(BodyEnd - start, 0, target.Length);
        if (to > from)
        {
            Transform(target.Span[from..to]);
        }

        _position += target.Length;
        if (start + target.Length >= BodyEnd && !_verified)
        {
            await VerifyAsync(target, cancellationToken).ConfigureAwait(false);
        }
    }

    private void Transform(Span<byte> body)
    {
        if (!asStored)
        {
            _streaming!.Transform(body, body);
            return;
        }

        var scratch = ArrayPool<byte>.Shared.Rent(WindowBytes);
        for (; !body.IsEmpty; body = body[Math.Min(WindowBytes, body.Length)..])
        {
            _streaming!.Transform(body[..Math.Min(WindowBytes, body.Length)], scratch);
        }

        ArrayPool<byte>.Shared.Return(scratch);
    }

    private async ValueTask VerifyAsync(Memory<byte> target, CancellationToken cancellationToken)
    {
        var tag = new byte[EncryptionScheme.TagBytes];
        try
        {
            await inner.ReadExactlyAsync(BodyEnd, tag, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            // The cipher has gone on and the bytes were not given: the next read starts anew.
            CryptographicOperations.ZeroMemory(target.Span);
            _streaming!.Dispose();
            _streaming = null;
            throw;
        }

        if (!_streaming!.Verify(tag))
        {
            _failed = true;
            CryptographicOperations.ZeroMemory(target.Span);
            throw WholeFile.NotAuthentic(Path, remote, cipher.Scheme);
        }

        _verified = true;
    }
}
