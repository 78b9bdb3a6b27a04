using MirrorBackup.Disks;
using MirrorBackup.Vhd;
using MirrorBackup.Vhd.Directories;

namespace MirrorBackup.Transfer;

/// <summary>
/// Has the storage copy the blocks of VHD files to VHD files, or those of VHD directories to VHD directories of their codec: each from the revision that holds
/// its youngest version. Thread-safe.
/// </summary>
internal sealed class DiskStorageCopy : StorageCopy
{
    private readonly BlockHolders<IVhdDisk> _holders;

    private DiskStorageCopy(IReadOnlyList<IVhdDisk> oldestFirst, IReadOnlyList<int>? order, Action<string>? refused)
        : base(refused) => (_holders, Order) = (new(oldestFirst), order);

    /// <summary>The order in which the blocks are best copied, so that both files can share them; <see langword="null"/>: ascending.</summary>
    public IReadOnlyList<int>? Order { get; }

    /// <summary>Prepares the copying of a revision, or of several as one, if all of them are stored in one form, and hold whole blocks only.</summary>
    /// <param name="oldestFirst">The revisions; stay the caller's.</param>
    /// <param name="refused">Told why, once, if a target refuses.</param>
    public static DiskStorageCopy? TryCreate(IReadOnlyList<IVirtualDisk> oldestFirst, Action<string>? refused)
    {
        IReadOnlyList<int>? order = null;
        var disks = new List<IVhdDisk>(oldestFirst.Count);
        foreach (var revision in oldestFirst)
        {
            if (revision is not IVhdDisk { HasOnlyWholeBlocks: true } disk || (disks.Count > 0 && disks[0].Form != disk.Form))
            {
                return null;
            }

            if (disk is VhdFile file)
            {
                order = file.ListBlocksAsPlaced();
                if (order is null)
                {
                    return null;
                }
            }

            disks.Add(disk);
        }

        return new DiskStorageCopy(disks, disks.Count == 1 ? order : null, refused);
    }

    /// <summary>Finds the stored bytes of a block.</summary>
    /// <returns><see langword="null"/> if the block has to be read.</returns>
    public async ValueTask<StoredBlockPlace?> FindAsync(int block, CancellationToken cancellationToken) => !IsOn ? null : _holders.HolderOf(block) switch
    {
        VhdFile file => file.PlaceOf(block),
        VhdDirectory directory => await directory.FindBlockAsync(block, cancellationToken).ConfigureAwait(false),
        _ => null,
    };
}
