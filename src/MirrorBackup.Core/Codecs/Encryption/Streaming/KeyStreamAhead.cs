using System.Runtime.ExceptionServices;
using System.Security.Cryptography;

namespace MirrorBackup.Codecs.Encryption.Streaming;

/// <summary>
/// Makes the next pieces of a key stream on another thread while the last one is used. The key stream does not depend on the message; so making it
/// and authenticating the message, which composed ciphers do one after the other, take the time of the longer one. Nothing waits for the thread pool:
/// what it was asked for and has not begun is made by who needs it.
/// </summary>
/// <param name="make">Makes the bytes that come next; called by one thread at a time, and in order.</param>
internal sealed class KeyStreamAhead(KeyStream.Make make) : IThreadPoolWorkItem, IDisposable
{
    /// <summary>Bytes of a piece.</summary>
    public const int PieceBytes = 64 << 10;

    private const int Pieces = 8;

    /// <summary>Iterations of a busy wait; some tenths of a microsecond.</summary>
    private const int SpinsOfATurn = 20;

    /// <summary>
    /// Turns of waiting for room before the pool's thread is given back, and of waiting for a piece before the processor is: about as long as waking
    /// a thread takes, which is longer than making a piece.
    /// </summary>
    private const int PatientTurns = 50;

    private readonly Lock _gate = new();
    private readonly byte[][] _ring = [.. Enumerable.Range(0, Pieces).Select(static _ => new byte[PieceBytes])];

    /// <summary>The piece that comes next, or that is in use.</summary>
    private int _first;

    /// <summary>Pieces that are made, the one in use included.</summary>
    private int _count;
    private bool _isInUse;

    /// <summary>Whether the pool was asked, and has not come to the end.</summary>
    private bool _isAsked;
    private bool _isMaking;

    /// <summary>The piece that is being made.</summary>
    private int _target;
    private bool _disposed;
    private ExceptionDispatchInfo? _failure;

    /// <summary>Gives the next piece; the one that was given before is not valid any more.</summary>
    public byte[] Next()
    {
        GiveBack();
        for (var turn = 0; !TryTake(); turn++)
        {
            if (TryBegin())
            {
                MakePiece();
            }
            else
            {
                Wait(turn);
            }
        }

        return _ring[_first];
    }

    /// <summary>Called by the thread pool: makes pieces until there is no room.</summary>
    public void Execute()
    {
        for (var turn = 0; turn < PatientTurns; turn++)
        {
            while (TryBegin())
            {
                MakePiece();
                turn = 0;
            }

            Thread.SpinWait(SpinsOfATurn);
        }

        lock (_gate)
        {
            _isAsked = false;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        for (var turn = 0; !TryEnd(); turn++)
        {
            Wait(turn);
        }

        foreach (var piece in _ring)
        {
            CryptographicOperations.ZeroMemory(piece);
        }
    }

    private static void Wait(int turn)
    {
        if (turn < PatientTurns)
        {
            Thread.SpinWait(SpinsOfATurn);
        }
        else
        {
            Thread.Yield();
        }
    }

    private void GiveBack()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_isInUse)
            {
                (_isInUse, _first, _count) = (false, (_first + 1) % Pieces, _count - 1);
            }
        }
    }

    /// <summary>Takes a piece that is made, and asks the pool for more.</summary>
    private bool TryTake()
    {
        lock (_gate)
        {
            if (_count == 0)
            {
                _failure?.Throw();
                return false;
            }

            _isInUse = true;
            if (_isAsked || _isMaking || _count > Pieces / 2)
            {
                return true;
            }

            _isAsked = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        return true;
    }

    /// <summary>Whether this thread is the one that makes the next piece.</summary>
    private bool TryBegin()
    {
        lock (_gate)
        {
            if (_isMaking || _disposed || _failure is not null || _count == Pieces)
            {
                return false;
            }

            (_isMaking, _target) = (true, (_first + _count) % Pieces);
            return true;
        }
    }

    private void MakePiece()
    {
        ExceptionDispatchInfo? failure = null;
        try
        {
            make(_ring[_target]);
        }
        catch (Exception exception)
        {
            // Raised where the piece is needed: on the pool's thread it would end the process.
            failure = ExceptionDispatchInfo.Capture(exception);
        }

        lock (_gate)
        {
            _failure = failure;
            _isMaking = false;
            _count += failure is null ? 1 : 0;
        }
    }

    private bool TryEnd()
    {
        lock (_gate)
        {
            _disposed = true;
            return !_isMaking;
        }
    }
}
