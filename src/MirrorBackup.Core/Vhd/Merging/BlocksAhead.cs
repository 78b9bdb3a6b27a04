using MirrorBackup.Vhd.Format;

namespace MirrorBackup.Vhd.Merging;

/// <summary>Reads the blocks that a merge writes one ahead: while one is written, the next is read. One reader.</summary>
/// <param name="source">Stays the caller's.</param>
/// <param name="blocks">What to read, in this order.</param>
internal sealed class BlocksAhead(MergeSource source, ReadOnlyMemory<int> blocks) : IAsyncDisposable
{
    private static readonly int s_bitmapBytes = VhdBlock.BitmapBytes(VhdHeader.UsualBlockSize);

    private byte[] _next = NewBlock();
    private byte[] _current = NewBlock();
    private Task? _reading;
    private int _position;

    /// <summary>The next block, bitmap and data, whole; good until the next call.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(CancellationToken cancellationToken)
    {
        await (_reading ?? StartAsync(cancellationToken)).ConfigureAwait(false);
        (_current, _next) = (_next, _current);
        _position++;
        _reading = _position < blocks.Length ? StartAsync(cancellationToken) : null;
        return _current;
    }

    /// <summary>Waits for what is being read, since its file may be closed then; how that ends is no concern any more.</summary>
    public async ValueTask DisposeAsync() => await (_reading ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private static byte[] NewBlock()
    {
        var block = new byte[s_bitmapBytes + VhdHeader.UsualBlockSize];
        block.AsSpan(0, s_bitmapBytes).Fill(0xFF);
        return block;
    }

    private Task StartAsync(CancellationToken cancellationToken) =>
        source.ReadAsync(blocks.Span[_position], _next.AsMemory(s_bitmapBytes), cancellationToken).AsTask();
}
