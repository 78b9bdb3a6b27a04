using System.Runtime.CompilerServices;

namespace MirrorBackup.Disks;

/// <summary>Walks over the content of a whole disk in order: the pieces that blocks hold, and the zeros between them.</summary>
internal static class DiskView
{
    /// <summary>Reads the disk from its first byte to its last, one block ahead.</summary>
    /// <param name="disk">A key, or a chain down to one.</param>
    /// <param name="cancellationToken">Stops the walk.</param>
    /// <returns>The pieces without gaps. The data of a piece is valid until the next one is asked for.</returns>
    /// <exception cref="ArgumentException">The disk is a delta.</exception>
    public static async IAsyncEnumerable<DiskPiece> ReadAsync(IVirtualDisk disk, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (disk.ParentId is { } parent)
        {
            throw new ArgumentException($"{disk.Name} is a delta on {parent}: only with its parents down to a key is it a whole disk.", nameof(disk));
        }

        var (current, next) = (new BlockReading(disk), new BlockReading(disk));
        var position = 0L;
        try
        {
            var blocks = disk.AllocatedBlocks;
            for (var i = 0; i < blocks.Count && (long)blocks[i] * disk.BlockSize < disk.VirtualSize; i++)
            {
                if (i == 0)
                {
                    current.Start(blocks[0], cancellationToken);
                }

                if (i + 1 < blocks.Count)
                {
                    next.Start(blocks[i + 1], cancellationToken);
                }

                var start = (long)blocks[i] * disk.BlockSize;
                if (start > position)
                {
                    yield return new DiskPiece(position, start - position, default);
                }

                var data = await current.EndAsync().ConfigureAwait(false);
                position = Math.Min(start + data.Length, disk.VirtualSize);
                yield return new DiskPiece(start, position - start, data[..(int)(position - start)]);
                (current, next) = (next, current);
            }

            if (position < disk.VirtualSize)
            {
                yield return new DiskPiece(position, disk.VirtualSize - position, default);
            }
        }
        finally
        {
            await current.StopAsync().ConfigureAwait(false);
            await next.StopAsync().ConfigureAwait(false);
        }
    }

    /// <summary>A block that is being read into a buffer of its own.</summary>
    private sealed class BlockReading(IVirtualDisk disk)
    {
        // In one piece, so that a file can be read into it as it lies there.
        private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(SectorBitmap.BitBytes(disk.BlockSize) + disk.BlockSize);
        private Task? _reading;

        public void Start(int blockIndex, CancellationToken cancellationToken)
        {
            var bitBytes = _buffer.Length - disk.BlockSize;
            _reading = disk.ReadBlockAsync(blockIndex, _buffer.AsMemory(0, bitBytes), _buffer.AsMemory(bitBytes), cancellationToken).AsTask();
        }

        public async ValueTask<ReadOnlyMemory<byte>> EndAsync()
        {
            await _reading!.ConfigureAwait(false);
            _reading = null;
            return _buffer.AsMemory(_buffer.Length - disk.BlockSize);
        }

        // The disk must not be disposed under a read; how it ends no longer matters.
        public async ValueTask StopAsync()
        {
            if (_reading is { } reading)
            {
                await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
