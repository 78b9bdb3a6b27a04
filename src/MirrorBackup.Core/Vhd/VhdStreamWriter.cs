using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using MirrorBackup.Remotes;
using MirrorBackup.Vhd.Format;

namespace MirrorBackup.Vhd;

/// <summary>Writes a VHD as a stream of bytes, in one pass, by its description.</summary>
/// <remarks>
/// One caller at a time: blocks in the announced order, then <see cref="CompleteAsync"/>. Never completes the pipe; that is for its owner, who also aborts
/// by completing it with an exception. After a failed or cancelled call the stream cannot be continued.
/// </remarks>
public sealed class VhdStreamWriter
{
    // Large enough that a table of 2 TiB takes few flushes, small enough for any pipe.
    private const int PieceBytes = 512 * 1024;

    private readonly PipeWriter _output;
    private readonly VhdStreamDescription _description;
    private int _nextPart;
    private int _nextBlock;
    private bool _isUsable = true;

    /// <summary>Makes a writer; nothing is written yet.</summary>
    /// <param name="output">Takes the bytes; not owned.</param>
    /// <param name="description">What is to be written.</param>
    public VhdStreamWriter(PipeWriter output, VhdStreamDescription description)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(description);
        _output = output;
        _description = description;
    }

    /// <summary>Bytes written so far; <see cref="VhdStreamDescription.Length"/> at the end.</summary>
    public long BytesWritten { get; private set; }

    /// <summary>Writes the next block, before the first one the structures that precede it.</summary>
    /// <param name="blockIndex">The next announced block.</param>
    /// <param name="data">2 MiB; may be reused once the call has ended.</param>
    /// <param name="cancellationToken">Stops the call; the stream can then only be aborted.</param>
    /// <exception cref="InvalidOperationException">Not the next announced block, or the stream has ended or failed.</exception>
    /// <exception cref="ArgumentException"><paramref name="data"/> has another length.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask WriteBlockAsync(int blockIndex, ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default)
    {
        CheckNext(blockIndex);
        if (data.Length != VhdHeader.UsualBlockSize)
        {
            throw new ArgumentException($"A block has {VhdHeader.UsualBlockSize} bytes, {data.Length} were given.", nameof(data));
        }

        _isUsable = false;
        await WriteHeadAsync(cancellationToken).ConfigureAwait(false);
        var bitmap = VhdBlock.BitmapBytes(data.Length);
        _output.GetSpan(bitmap)[..bitmap].Fill(0xFF);
        _output.Advance(bitmap);
        BytesWritten += bitmap;
        await WriteDataAsync(data, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Likewise, of a block that is given as it is stored: in one piece, where the other way takes two.</summary>
    /// <param name="blockIndex">The next announced block.</param>
    /// <param name="whole">Bitmap of ones and data; may be reused once the call has ended.</param>
    /// <param name="cancellationToken">Stops the call; the stream can then only be aborted.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    internal async ValueTask WriteWholeBlockAsync(int blockIndex, ReadOnlyMemory<byte> whole, CancellationToken cancellationToken)
    {
        CheckNext(blockIndex);
        ArgumentOutOfRangeException.ThrowIfNotEqual(whole.Length, VhdBlock.StoredBytes(VhdHeader.UsualBlockSize), nameof(whole));
        _isUsable = false;
        await WriteHeadAsync(cancellationToken).ConfigureAwait(false);
        await WriteDataAsync(whole, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Has the next block, bitmap included, appended by somebody else behind what the pipe has been given.</summary>
    /// <param name="blockIndex">The next announced block.</param>
    /// <param name="append">Appends so many bytes, or refuses.</param>
    /// <param name="cancellationToken">Stops the call; the stream can then only be aborted.</param>
    /// <returns>What <paramref name="append"/> says; after a refusal the block is still to be written.</returns>
    internal async ValueTask<RangeCopy> TryAppendBlockAsync(int blockIndex, Func<int, ValueTask<RangeCopy>> append, CancellationToken cancellationToken)
    {
        CheckNext(blockIndex);
        _isUsable = false;
        await WriteHeadAsync(cancellationToken).ConfigureAwait(false);
        var length = VhdBlock.StoredBytes(VhdHeader.UsualBlockSize);
        var result = await append(length).ConfigureAwait(false);
        BytesWritten += result.IsDone ? length : 0;
        _nextBlock += result.IsDone ? 1 : 0;
        _isUsable = true;
        return result;
    }

    /// <summary>Writes what follows the last block and flushes.</summary>
    /// <param name="cancellationToken">Stops the call; the stream can then only be aborted.</param>
    /// <exception cref="InvalidOperationException">Announced blocks are missing, or the stream has ended or failed.</exception>
    public async ValueTask CompleteAsync(CancellationToken cancellationToken = default)
    {
        CheckUsable();
        if (_nextBlock < _description.Blocks.Count)
        {
            throw new InvalidOperationException(
                $"The VHD of the disk {_description.Disk.Id} has {_nextBlock} of its {_description.Blocks.Count} blocks; the next is {_description.Blocks[_nextBlock]}.");
        }

        _isUsable = false;
        await WritePartsAsync(static _ => true, cancellationToken).ConfigureAwait(false);
        if (BytesWritten != _description.Length)
        {
            throw new InvalidOperationException($"The VHD of the disk {_description.Disk.Id} took {BytesWritten} bytes, {_description.Length} were announced.");
        }
    }

    // What precedes the blocks; nothing from the second block on.
    private ValueTask WriteHeadAsync(CancellationToken cancellationToken) => WritePartsAsync(static part => part is not VhdStreamPart.Copy, cancellationToken);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WriteDataAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        var result = await _output.WriteAsync(data, cancellationToken).ConfigureAwait(false);
        BytesWritten += data.Length;
        Check(result, cancellationToken);
        _nextBlock++;
        _isUsable = true;
    }

    private async ValueTask WritePartsAsync(Func<VhdStreamPart, bool> condition, CancellationToken cancellationToken)
    {
        for (; _nextPart < _description.Parts.Count && condition(_description.Parts[_nextPart]); _nextPart++)
        {
            switch (_description.Parts[_nextPart])
            {
                case VhdStreamPart.Bytes bytes:
                    await WriteBytesAsync(bytes.Content, cancellationToken).ConfigureAwait(false);
                    break;
                case VhdStreamPart.Zeros zeros:
                    await WriteBytesAsync(new byte[zeros.Length], cancellationToken).ConfigureAwait(false);
                    break;
            }
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WriteBytesAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        while (!content.IsEmpty)
        {
            var piece = content[..Math.Min(PieceBytes, content.Length)];
            var result = await _output.WriteAsync(piece, cancellationToken).ConfigureAwait(false);
            BytesWritten += piece.Length;
            Check(result, cancellationToken);
            content = content[piece.Length..];
        }
    }

    private void CheckNext(int blockIndex)
    {
        CheckUsable();
        if (_nextBlock >= _description.Blocks.Count || _description.Blocks[_nextBlock] != blockIndex)
        {
            throw new InvalidOperationException(
                $"The VHD of the disk {_description.Disk.Id} was given block {blockIndex}, expected {(_nextBlock < _description.Blocks.Count ? _description.Blocks[_nextBlock] : "its end")}.");
        }
    }

    private void CheckUsable()
    {
        if (!_isUsable)
        {
            throw new InvalidOperationException($"The VHD of the disk {_description.Disk.Id} has ended, or a write to it has failed.");
        }
    }

    private void Check(FlushResult result, CancellationToken cancellationToken)
    {
        if (result.IsCanceled)
        {
            throw new OperationCanceledException("The flush of a VHD was cancelled.", cancellationToken);
        }

        // A reader that counts may leave as soon as it has the last byte.
        if (result.IsCompleted && BytesWritten < _description.Length)
        {
            throw new InvalidOperationException($"The reader of the VHD of the disk {_description.Disk.Id} left after {BytesWritten} bytes.");
        }
    }
}
