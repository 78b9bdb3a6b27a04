using System.IO.Pipelines;
using MirrorBackup.Codecs.Encryption.Streaming;

namespace MirrorBackup.Codecs.Encryption;

/// <summary>
/// Encrypts what is written to another writer: in place where the caller fills its memory, from buffer to buffer where the caller brings its own.
/// </summary>
/// <param name="inner">Takes the ciphertext.</param>
/// <param name="cipher">Encrypts; stays the caller's.</param>
/// <param name="tooLong">What is raised where more bytes come than the cipher may encrypt.</param>
/// <param name="maximumLength">The most bytes that may come.</param>
internal sealed class EncryptingPipeWriter(PipeWriter inner, StreamingCipher cipher, Func<long, Exception> tooLong, long maximumLength) : PipeWriter
{
    private const int PieceBytes = 256 << 10;

    private Memory<byte> _memory;
    private Exception? _failure;
    private bool _completed;

    /// <summary>Clear bytes so far.</summary>
    public long Length { get; private set; }

    public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

    public override long UnflushedBytes => inner.UnflushedBytes;

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        EnsureOpen();
        return _memory = inner.GetMemory(sizeHint);
    }

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override void Advance(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, _memory.Length);
        Count(bytes);
        cipher.Transform(_memory.Span[..bytes], _memory.Span);
        _memory = _memory[bytes..];
        inner.Advance(bytes);
    }

    public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        // Memory from before a flush is not the caller's any more; the storage may have sent it already.
        _memory = default;
        var result = await inner.FlushAsync(cancellationToken).ConfigureAwait(false);
        return new FlushResult(result.IsCanceled, result.IsCompleted || _completed);
    }

    public override async ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        EnsureOpen();
        FlushResult result;
        do
        {
            var piece = source[..Math.Min(source.Length, PieceBytes)];
            Count(piece.Length);
            cipher.Transform(piece.Span, inner.GetSpan(piece.Length));
            inner.Advance(piece.Length);
            source = source[piece.Length..];
            result = await FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        while (!source.IsEmpty && result is { IsCanceled: false, IsCompleted: false });

        return result;
    }

    public override void CancelPendingFlush() => inner.CancelPendingFlush();

    public override void Complete(Exception? exception = null)
    {
        _completed = true;
        _failure ??= exception;
        if (exception is not null)
        {
            inner.Complete(exception);
        }
    }

    /// <summary>Ends the clear bytes; the inner writer stays open for the tag.</summary>
    /// <exception cref="InvalidOperationException">The writer was completed with an error.</exception>
    public void End()
    {
        _completed = true;
        if (_failure is not null)
        {
            throw new InvalidOperationException("The upload failed earlier and can only be disposed.", _failure);
        }
    }

    private void EnsureOpen()
    {
        if (_completed)
        {
            throw new InvalidOperationException("The upload has ended; nothing more can be written.");
        }
    }

    private void Count(int bytes)
    {
        if (Length + bytes > maximumLength)
        {
            throw _failure = tooLong(Length + bytes);
        }

        Length += bytes;
    }
}
