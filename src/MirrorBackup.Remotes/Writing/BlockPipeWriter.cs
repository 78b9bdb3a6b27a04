using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;

namespace MirrorBackup.Remotes.Writing;

/// <summary>
/// A <see cref="PipeWriter"/> that hands its bytes on in few large pieces: a flush writes only when enough has gathered, so that
/// callers that flush often do not cause small writes.
/// </summary>
/// <remarks>Holds at most <see cref="PieceBytes"/> between flushes, plus what the caller has written since its last flush.</remarks>
internal abstract class BlockPipeWriter : PipeWriter, IDisposable
{
    /// <summary>Bytes of a piece: large enough for full speed, small enough for a hundred uploads at once.</summary>
    public const int PieceBytes = 1 << 20;

    private readonly List<Piece> _full = [];
    private Piece _current;
    private Exception? _failure;
    private bool _completed;
    private bool _cancelPending;

    /// <inheritdoc/>
    public override bool CanGetUnflushedBytes => true;

    /// <inheritdoc/>
    public override long UnflushedBytes => _full.Sum(static piece => (long)piece.Used) + _current.Used;

    /// <summary>Bytes that have been handed on.</summary>
    public long WrittenBytes { get; private set; }

    /// <inheritdoc/>
    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sizeHint);
        if (_completed)
        {
            throw new InvalidOperationException("The upload has ended; nothing more can be written.");
        }

        if (_current.Free < Math.Max(sizeHint, 1))
        {
            if (_current.Used > 0)
            {
                _full.Add(_current);
            }
            else
            {
                _current.Return();
            }

            _current = new Piece(ArrayPool<byte>.Shared.Rent(Math.Max(sizeHint, PieceBytes)), 0);
        }

        return _current.Buffer.AsMemory(_current.Used);
    }

    /// <inheritdoc/>
    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <inheritdoc/>
    public override void Advance(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, _current.Free);
        _current = _current with { Used = _current.Used + bytes };
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ThrowIfFailed();
        if (_full.Count > 0 || _current.Used >= PieceBytes / 2)
        {
            await HandOnAsync(cancellationToken).ConfigureAwait(false);
        }

        var cancelled = _cancelPending;
        _cancelPending = false;
        return new FlushResult(cancelled, _completed);
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        if (source.Length < PieceBytes / 2 || _completed)
        {
            return await base.WriteAsync(source, cancellationToken).ConfigureAwait(false);
        }

        // A large buffer goes straight through; copying it would cost as much as writing it.
        cancellationToken.ThrowIfCancellationRequested();
        await HandOnAsync(cancellationToken).ConfigureAwait(false);
        await WriteGuardedAsync(source, cancellationToken).ConfigureAwait(false);
        return await FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Hands on all that is left and ends the writer.</summary>
    public async ValueTask FinishAsync(CancellationToken cancellationToken)
    {
        ThrowIfFailed();
        await HandOnAsync(cancellationToken).ConfigureAwait(false);
        _completed = true;
    }

    /// <summary>Hands on all that is left, and lets the storage append a range of a file behind it.</summary>
    public async ValueTask<RangeCopy> TryAppendAsync(SafeFileHandle source, long offset, long length, CancellationToken cancellationToken)
    {
        ThrowIfFailed();
        if (_completed)
        {
            throw new InvalidOperationException("The upload has ended; nothing more can be written.");
        }

        await HandOnAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var result = await StoreRangeAsync(source, offset, length, cancellationToken).ConfigureAwait(false);
            WrittenBytes += result.IsDone ? length : 0;
            return result;
        }
        catch (Exception exception)
        {
            _failure = exception;
            throw;
        }
    }

    /// <inheritdoc/>
    public override void Complete(Exception? exception = null)
    {
        _completed = true;
        _failure ??= exception;
    }

    /// <inheritdoc/>
    public override void CancelPendingFlush() => _cancelPending = true;

    /// <summary>Gives the buffers back. What was not handed on is lost.</summary>
    public void Dispose()
    {
        _completed = true;
        foreach (var piece in _full)
        {
            piece.Return();
        }

        _full.Clear();
        _current.Return();
        _current = default;
    }

    /// <summary>Stores bytes at a position that always follows the ones before.</summary>
    protected abstract ValueTask StoreAsync(long offset, ReadOnlyMemory<byte> data, CancellationToken cancellationToken);

    /// <summary>Lets the storage append a range of a file at <see cref="WrittenBytes"/>; refused where it cannot.</summary>
    protected virtual ValueTask<RangeCopy> StoreRangeAsync(SafeFileHandle source, long offset, long length, CancellationToken cancellationToken) =>
        new(RangeCopy.Refused("the destination is not a file of the operating system"));

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask HandOnAsync(CancellationToken cancellationToken)
    {
        foreach (var piece in _full)
        {
            await WriteGuardedAsync(piece.Buffer.AsMemory(0, piece.Used), cancellationToken).ConfigureAwait(false);
        }

        foreach (var piece in _full)
        {
            piece.Return();
        }

        _full.Clear();
        if (_current.Used > 0)
        {
            await WriteGuardedAsync(_current.Buffer.AsMemory(0, _current.Used), cancellationToken).ConfigureAwait(false);
            _current = _current with { Used = 0 };
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WriteGuardedAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        ThrowIfFailed();
        try
        {
            await StoreAsync(WrittenBytes, data, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // A part may have been written: the position is no longer known, so the upload can only be given up.
            _failure = exception;
            throw;
        }

        WrittenBytes += data.Length;
    }

    private void ThrowIfFailed()
    {
        if (_failure is not null)
        {
            throw new InvalidOperationException("The upload failed earlier and can only be disposed.", _failure);
        }
    }

    private readonly record struct Piece(byte[]? Rented, int Used)
    {
        public byte[] Buffer => Rented ?? [];

        public int Free => Buffer.Length - Used;

        public void Return()
        {
            if (Rented is not null)
            {
                ArrayPool<byte>.Shared.Return(Rented);
            }
        }
    }
}
