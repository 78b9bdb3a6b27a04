using MirrorBackup.Disks;
using MirrorBackup.Remotes;
using MirrorBackup.Vhd.Format;

namespace MirrorBackup.Vhd.Merging;

/// <summary>
/// The blocks that a merge writes: the youngest version of all children, each block once and whole. Sectors that no child holds come from
/// the ancestor, and those that it does not hold either from its parents.
/// </summary>
internal sealed class MergeSource : IAsyncDisposable
{
    private readonly IRemote _remote;
    private readonly IVhdDisk _ancestor;
    private readonly DiskChain _children;
    private readonly byte[] _bitmap = new byte[VhdBlock.BitmapBytes(VhdHeader.UsualBlockSize)];
    private byte[]? _olderData;
    private DiskChain? _parents;

    private MergeSource(IRemote remote, IVhdDisk ancestor, List<IVhdDisk> children)
    {
        _remote = remote;
        _ancestor = ancestor;
        _children = DiskChain.Create(children);
        Children = children;
    }

    /// <summary>The children, oldest first.</summary>
    public IReadOnlyList<IVhdDisk> Children { get; }

    /// <summary>The newest child.</summary>
    public IVhdDisk Newest => Children[^1];

    /// <summary>The size of the smallest child, in bytes: nothing that is older can be seen beyond it.</summary>
    public long SmallestSize => Children.Min(static child => child.VirtualSize);

    /// <summary>The blocks of all children, ascending.</summary>
    public IReadOnlyList<int> Blocks => _children.AllocatedBlocks;

    /// <summary>Opens the children.</summary>
    /// <param name="remote">Where they lie.</param>
    /// <param name="ancestor">Stays the caller's.</param>
    /// <param name="children">Oldest first.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="CorruptBackupException">A child does not open, or is no delta on the one before it.</exception>
    /// <exception cref="UnsupportedBackupException">Other blocks than of 2 MiB, or a disk that shrank and grew again.</exception>
    public static async ValueTask<MergeSource> OpenAsync(
        IRemote remote, IVhdDisk ancestor, IReadOnlyList<RemotePath> children, CancellationToken cancellationToken)
    {
        var files = new List<IVhdDisk>(children.Count);
        try
        {
            foreach (var child in children)
            {
                files.Add(await VhdDisk.OpenAsync(remote, child, null, cancellationToken).ConfigureAwait(false));
            }

            // An ancestor that was finished before a crash has the newest id and size already: what it had before is no longer known, nor needed.
            Check(ancestor.Id == files[^1].Id ? [.. files] : [ancestor, .. files]);
            return new MergeSource(remote, ancestor, files);
        }
        catch
        {
            foreach (var file in files)
            {
                await file.DisposeAsync().ConfigureAwait(false);
            }

            throw;
        }
    }

    /// <summary>Checks that the oldest child is a delta on the ancestor; the links between the children were checked when they were opened.</summary>
    /// <exception cref="CorruptBackupException">It is not (<see cref="ErrorCodes.BrokenChainLink"/>).</exception>
    public void CheckLinkTo(IVhdDisk ancestor)
    {
        var first = Children[0];
        if (first.ParentId != ancestor.Id || first.ParentName != ancestor.Path.Name)
        {
            throw new CorruptBackupException(
                $"\"{first.Path}\" cannot be merged into \"{ancestor.Path}\": found parent \"{first.ParentName}\" ({first.ParentId}), expected \"{ancestor.Path.Name}\" ({ancestor.Id}).",
                ErrorCodes.BrokenChainLink);
        }
    }

    /// <summary>Reads one block whole.</summary>
    /// <param name="blockIndex">One of <see cref="Blocks"/>.</param>
    /// <param name="data">2 MiB.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public async ValueTask ReadAsync(int blockIndex, Memory<byte> data, CancellationToken cancellationToken)
    {
        await _children.ReadBlockAsync(blockIndex, _bitmap, data, cancellationToken).ConfigureAwait(false);
        await CompleteFromAsync(_ancestor, blockIndex, data, cancellationToken).ConfigureAwait(false);
        if (IsWhole)
        {
            return;
        }

        if (_ancestor.ParentId is not null)
        {
            _parents ??= await VhdChain.OpenAsync(_remote, VhdChain.ResolveParent(_ancestor), cancellationToken: cancellationToken).ConfigureAwait(false);
            await CompleteFromAsync(_parents, blockIndex, data, cancellationToken).ConfigureAwait(false);
        }

        SectorOverlay.FillMissingWithZeros(_bitmap, data.Span, 0);
    }

    public async ValueTask DisposeAsync()
    {
        await _children.DisposeAsync().ConfigureAwait(false);
        if (_parents is not null)
        {
            await _parents.DisposeAsync().ConfigureAwait(false);
        }
    }

    private bool IsWhole => SectorBitmap.IsFull(_bitmap, VhdHeader.UsualBlockSize / SectorBitmap.SectorSize);

    private async ValueTask CompleteFromAsync(IVirtualDisk older, int blockIndex, Memory<byte> data, CancellationToken cancellationToken)
    {
        if (IsWhole || !older.IsAllocated(blockIndex))
        {
            return;
        }

        _olderData ??= new byte[VhdHeader.UsualBlockSize];
        var olderBitmap = new byte[_bitmap.Length];
        await older.ReadBlockAsync(blockIndex, olderBitmap, _olderData, cancellationToken).ConfigureAwait(false);
        SectorOverlay.FillMissing(_bitmap, data.Span, olderBitmap, _olderData);
    }

    private static void Check(List<IVhdDisk> oldestFirst)
    {
        var smallest = long.MaxValue;
        var hasShrunk = false;
        foreach (var file in oldestFirst)
        {
            if (file.Header is null || file.BlockSize != VhdHeader.UsualBlockSize)
            {
                throw new UnsupportedBackupException(
                    $"\"{file.Path}\" cannot be merged: found blocks of {file.BlockSize} bytes, expected a dynamic or differencing VHD with {VhdHeader.UsualBlockSize}.");
            }

            // What the shrinking cut off would come back with the growth.
            if (hasShrunk && file.VirtualSize > smallest)
            {
                throw new UnsupportedBackupException($"\"{file.Path}\" cannot be merged: its disk shrank to {smallest} bytes and then grew to {file.VirtualSize}.");
            }

            hasShrunk |= file.VirtualSize < smallest && smallest != long.MaxValue;
            smallest = Math.Min(smallest, file.VirtualSize);
        }
    }
}
