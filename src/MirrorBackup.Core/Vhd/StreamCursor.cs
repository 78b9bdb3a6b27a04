using System.Buffers;
using System.IO.Pipelines;
using MirrorBackup.Vhd.Format;

namespace MirrorBackup.Vhd;

/// <summary>
/// Reads exact counts of bytes from a pipe and knows where it is. Everything that arrives is copied out at once, so that the pipe never has to hold more than its
/// own limit.
/// </summary>
internal sealed class StreamCursor(PipeReader input, string name)
{
    public string Name => name;

    /// <summary>Bytes taken so far.</summary>
    public long Position { get; private set; }

    /// <summary>Fills a buffer, or fails.</summary>
    /// <exception cref="CorruptBackupException">The stream ends before.</exception>
    public async ValueTask ReadExactlyAsync(Memory<byte> buffer, string what, CancellationToken cancellationToken)
    {
        var start = Position;
        for (var rest = buffer; !rest.IsEmpty;)
        {
            var count = await ReadSomeAsync(rest, cancellationToken).ConfigureAwait(false);
            if (count == 0)
            {
                throw VhdFormatError.Truncated(name, $"the stream ends in {what}: found {Position - start} bytes at offset {start}, expected {buffer.Length}.");
            }

            rest = rest[count..];
        }
    }

    /// <summary>Passes over what lies before a place.</summary>
    /// <exception cref="CorruptBackupException">The stream ends before.</exception>
    public async ValueTask SkipToAsync(long offset, CancellationToken cancellationToken)
    {
        while (Position < offset)
        {
            var buffer = await ReadAsync(cancellationToken).ConfigureAwait(false);
            if (buffer.IsEmpty)
            {
                throw VhdFormatError.Truncated(name, $"the stream ends at offset {Position}, expected to go on at {offset}.");
            }

            Take(buffer.GetPosition(Math.Min(buffer.Length, offset - Position)), Math.Min(buffer.Length, offset - Position));
        }
    }

    /// <summary>Reads all that is left and keeps the end of it.</summary>
    /// <param name="last">Receives the last bytes; undefined if fewer were left.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public async ValueTask ReadToEndAsync(byte[] last, CancellationToken cancellationToken)
    {
        while (await ReadAsync(cancellationToken).ConfigureAwait(false) is { IsEmpty: false } buffer)
        {
            var kept = (int)Math.Min(buffer.Length, last.Length);
            last.AsSpan(kept).CopyTo(last);
            buffer.Slice(buffer.Length - kept).CopyTo(last.AsSpan(last.Length - kept));
            Take(buffer.End, buffer.Length);
        }
    }

    private async ValueTask<int> ReadSomeAsync(Memory<byte> destination, CancellationToken cancellationToken)
    {
        var buffer = await ReadAsync(cancellationToken).ConfigureAwait(false);
        var count = (int)Math.Min(buffer.Length, destination.Length);
        var taken = buffer.Slice(0, count);
        taken.CopyTo(destination.Span);
        Take(taken.End, count);
        return count;
    }

    /// <summary>Waits for bytes; empty at the end of the stream only. <see cref="Take"/> must follow.</summary>
    private async ValueTask<ReadOnlySequence<byte>> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await input.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (result.IsCanceled)
            {
                input.AdvanceTo(result.Buffer.Start);
                throw new OperationCanceledException($"Reading {name} was cancelled.", cancellationToken);
            }

            if (!result.Buffer.IsEmpty || result.IsCompleted)
            {
                return result.Buffer;
            }

            input.AdvanceTo(result.Buffer.Start);
        }
    }

    private void Take(SequencePosition end, long count)
    {
        input.AdvanceTo(end);
        Position += count;
    }
}
