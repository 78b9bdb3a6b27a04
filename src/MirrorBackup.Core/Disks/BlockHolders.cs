namespace MirrorBackup.Disks;

/// <summary>Finds, of several revisions that are read as one, the one that holds the youngest version of a block. Immutable.</summary>
internal sealed class BlockHolders<TDisk>
    where TDisk : class, IVirtualDisk
{
    private readonly TDisk[] _youngestFirst;
    private readonly long[] _visibleBytes;

    public BlockHolders(IEnumerable<TDisk> oldestFirst)
    {
        _youngestFirst = [.. oldestFirst.Reverse()];
        _visibleBytes = new long[_youngestFirst.Length];
        var smallest = long.MaxValue;
        for (var i = 0; i < _youngestFirst.Length; i++)
        {
            _visibleBytes[i] = smallest = Math.Min(smallest, _youngestFirst[i].VirtualSize);
        }
    }

    /// <summary>The revision whose version of a block is the content of the block, as it is stored; <see langword="null"/> if there is none.</summary>
    /// <remarks>What lies behind the end of an older, smaller revision is zero for a younger, larger one, whatever its file holds there.</remarks>
    public TDisk? HolderOf(int block)
    {
        var blockSize = _youngestFirst[0].BlockSize;
        var start = (long)block * blockSize;
        for (var i = 0; i < _youngestFirst.Length; i++)
        {
            if (start < _visibleBytes[i] && _youngestFirst[i].IsAllocated(block))
            {
                var isUncut = start + blockSize <= _visibleBytes[i] || _visibleBytes[i] == _youngestFirst[0].VirtualSize;
                return isUncut ? _youngestFirst[i] : null;
            }
        }

        return null;
    }
}
