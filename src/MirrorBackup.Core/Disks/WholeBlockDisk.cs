using System.Runtime.CompilerServices;

namespace MirrorBackup.Disks;

/// <summary>
/// A revision whose blocks are always whole: sectors that it does not hold itself come from its parents. What is written to a repository must be so,
/// because Xen Orchestra takes every allocated block for whole. Most deltas are already; parents are opened at the first block that is not.
/// </summary>
/// <remarks>Holds the same blocks, id and parent as the revision. Thread-safe as <see cref="IVirtualDisk"/> says.</remarks>
public sealed class WholeBlockDisk : IVirtualDisk
{
    private readonly IVirtualDisk _disk;
    private readonly Func<CancellationToken, ValueTask<IVirtualDisk>>? _openParents;
    private readonly SemaphoreSlim _opening = new(1, 1);
    private readonly int _bitBytes;
    private IVirtualDisk? _parents;

    /// <summary>Wraps a revision.</summary>
    /// <param name="disk">The revision; owned from here on.</param>
    /// <param name="openParents">
    /// Opens the full view of the parent, down to a key; called at most once, if at all, and its result is owned. <see langword="null"/>: partial blocks of a
    /// delta are an error. A key needs none: what it lacks is zero.
    /// </param>
    public WholeBlockDisk(IVirtualDisk disk, Func<CancellationToken, ValueTask<IVirtualDisk>>? openParents)
    {
        ArgumentNullException.ThrowIfNull(disk);
        _disk = disk;
        _openParents = openParents;
        _bitBytes = SectorBitmap.BitBytes(disk.BlockSize);
    }

    /// <summary>Whether a block that was read so far had to be completed.</summary>
    internal bool HasCompleted { get; private set; }

    /// <inheritdoc/>
    public string Name => _disk.Name;

    /// <inheritdoc/>
    public Guid Id => _disk.Id;

    /// <inheritdoc/>
    public Guid? ParentId => _disk.ParentId;

    /// <inheritdoc/>
    public long VirtualSize => _disk.VirtualSize;

    /// <inheritdoc/>
    public int BlockSize => _disk.BlockSize;

    /// <inheritdoc/>
    public IReadOnlyList<int> AllocatedBlocks => _disk.AllocatedBlocks;

    /// <inheritdoc/>
    public bool IsAllocated(int blockIndex) => _disk.IsAllocated(blockIndex);

    /// <inheritdoc/>
    /// <exception cref="CorruptBackupException">
    /// The block is partial and there is no parent to complete it from, or the parent is another (<see cref="ErrorCodes.BrokenChainLink"/>).
    /// </exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask ReadBlockAsync(int blockIndex, Memory<byte> bitmap, Memory<byte> data, CancellationToken cancellationToken = default)
    {
        await _disk.ReadBlockAsync(blockIndex, bitmap, data, cancellationToken).ConfigureAwait(false);
        (bitmap, data) = (bitmap[.._bitBytes], data[..BlockSize]);
        if (SectorBitmap.IsFull(bitmap.Span, BlockSize / SectorBitmap.SectorSize))
        {
            return;
        }

        HasCompleted = true;
        if (ParentId is not null)
        {
            await FillFromParentsAsync(blockIndex, bitmap, data, cancellationToken).ConfigureAwait(false);
        }

        SectorOverlay.FillMissingWithZeros(bitmap.Span, data.Span, 0);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _disk.DisposeAsync().ConfigureAwait(false);
        if (Interlocked.Exchange(ref _parents, null) is { } parents)
        {
            await parents.DisposeAsync().ConfigureAwait(false);
        }

        _opening.Dispose();
    }

    private async ValueTask FillFromParentsAsync(int blockIndex, Memory<byte> bitmap, Memory<byte> data, CancellationToken cancellationToken)
    {
        var parents = await OpenParentsAsync(blockIndex, cancellationToken).ConfigureAwait(false);
        if (!parents.IsAllocated(blockIndex))
        {
            return;
        }

        using var lease = BlockBuffers.Rent(_bitBytes + BlockSize);
        var (olderBitmap, olderData) = (lease.Memory[.._bitBytes], lease.Memory[_bitBytes..]);
        await parents.ReadBlockAsync(blockIndex, olderBitmap, olderData, cancellationToken).ConfigureAwait(false);
        SectorOverlay.FillMissing(bitmap.Span, data.Span, olderBitmap.Span, olderData.Span);
    }

    private async ValueTask<IVirtualDisk> OpenParentsAsync(int blockIndex, CancellationToken cancellationToken)
    {
        await _opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return _parents ??= await OpenAndCheckParentsAsync(blockIndex, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _opening.Release();
        }
    }

    private async ValueTask<IVirtualDisk> OpenAndCheckParentsAsync(int blockIndex, CancellationToken cancellationToken)
    {
        if (_openParents is null)
        {
            throw Broken($"block {blockIndex} holds only some of its sectors, and no parent was given to complete it from");
        }

        var parents = await _openParents(cancellationToken).ConfigureAwait(false);
        if (parents.Id == ParentId && parents.ParentId is null && parents.BlockSize == BlockSize)
        {
            return parents;
        }

        await parents.DisposeAsync().ConfigureAwait(false);
        throw Broken(
            $"block {blockIndex} is to be completed from the parent {ParentId} down to its key in blocks of {BlockSize} bytes, found {parents.Id} with parent {parents.ParentId} in blocks of {parents.BlockSize}");
    }

    private CorruptBackupException Broken(string problem) => new($"{Name}: {problem}.", ErrorCodes.BrokenChainLink) { Path = Name };
}
