using MirrorBackup.Disks;
using MirrorBackup.Remotes;
using MirrorBackup.Vhd.Directories;
using MirrorBackup.Vhd.Format;

namespace MirrorBackup.Vhd.Merging;

/// <summary>
/// Brings one block file from a child into the ancestor's directory. It moves as it is where its bytes may stay: the same compression, a whole block,
/// and no younger disk that ends within it. Otherwise it is read, completed, encoded anew and then removed. Both can be done again after a crash:
/// the child's file goes last. Moves are durable after a flush of the ancestor's directory where the grade leaves it to that.
/// </summary>
internal sealed class BlockMover(IRemote remote, MergeSource source, DirectoryAncestor ancestor, WriteGrade grade) : IDisposable
{
    // Encoding takes buffers of some megabytes and is rare: one block at a time.
    private readonly SemaphoreSlim _encoding = new(1);

    /// <summary>Moves a block. Several may move at once.</summary>
    /// <param name="block">The block.</param>
    /// <param name="holder">The youngest child that has it, counted from the oldest.</param>
    /// <param name="cancellationToken">Stops the call; the file is then with the child, in the ancestor, or in both.</param>
    public async ValueTask MoveAsync(int block, int holder, CancellationToken cancellationToken)
    {
        var child = (VhdDirectory)source.Children[holder];
        var file = VhdDirectoryLayout.Block(child.DataPath, block);
        if (child.Codec == ancestor.Codec && child.HasOnlyWholeBlocks && !IsCutByYounger(block, holder))
        {
            await remote.MoveAsync(file, ancestor.BlockPath(block), grade, cancellationToken).ConfigureAwait(false);
            return;
        }

        await _encoding.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            using var clear = StoredBlockBuffers.RentClear();
            var bitmap = clear.Memory[..VhdBlock.BitmapBytes(VhdHeader.UsualBlockSize)];
            await source.ReadAsync(block, clear.Memory[bitmap.Length..], cancellationToken).ConfigureAwait(false);
            bitmap.Span.Fill(0xFF);
            await ancestor.WriteBlockAsync(block, clear.Memory, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _encoding.Release();
        }

        await remote.DeleteAsync(file, cancellationToken).ConfigureAwait(false);
    }

    public void Dispose() => _encoding.Dispose();

    private bool IsCutByYounger(int block, int holder)
    {
        var end = Math.Min((block + 1L) * VhdHeader.UsualBlockSize, source.Children[holder].VirtualSize);
        for (var i = holder + 1; i < source.Children.Count; i++)
        {
            if (source.Children[i].VirtualSize < end)
            {
                return true;
            }
        }

        return false;
    }
}
