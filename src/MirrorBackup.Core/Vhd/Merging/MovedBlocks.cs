using MirrorBackup.Codecs;
using MirrorBackup.Remotes;
using MirrorBackup.Vhd.Directories;

namespace MirrorBackup.Vhd.Merging;

/// <summary>
/// The blocks of a VHD directory that an unfinished merge, ours or Xen Orchestra's, has moved away: while it is unfinished the backups on top of it are
/// read from where the blocks are now. Looked for only when a block file is missing.
/// </summary>
internal sealed class MovedBlocks
{
    private readonly IRemote _remote;
    private readonly VhdDirectory _child;
    private readonly VhdDirectory _ancestor;
    private readonly List<VhdDirectory> _younger;
    private readonly BlockWhereabouts _blocks;

    private MovedBlocks(IRemote remote, VhdDirectory child, VhdDirectory ancestor, List<VhdDirectory> younger, BlockWhereabouts blocks)
    {
        (_remote, _child, _ancestor, _younger, _blocks) = (remote, child, ancestor, younger, blocks);
    }

    /// <summary>Looks for a merge that takes blocks from a directory.</summary>
    /// <param name="remote">Where it lies.</param>
    /// <param name="child">The directory.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>What it has moved; <see langword="null"/> if there is none, or what it names is not there any more.</returns>
    public static async ValueTask<MovedBlocks?> FindAsync(IRemote remote, VhdDirectory child, CancellationToken cancellationToken)
    {
        foreach (var state in await UnfinishedMerges.ReadStatesAsync(remote, child.Path.Parent, cancellationToken).ConfigureAwait(false))
        {
            if (state.Chain.IndexOf(child.Path.Name) < 1)
            {
                continue;
            }

            try
            {
                return await OpenAsync(remote, child, state, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is RemoteNotFoundException || e.IsDamage())
            {
                return null;
            }
        }

        return null;
    }

    /// <summary>Reads a block from where it is now.</summary>
    /// <param name="block">A block of the directory whose file is missing.</param>
    /// <param name="stored">Receives the bytes, compressed as those of the directory are.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    /// <returns>How many bytes there are; <see langword="null"/> if the merge did not move the block.</returns>
    public async ValueTask<int?> TryReadAsync(int block, Memory<byte> stored, CancellationToken cancellationToken)
    {
        var position = Array.BinarySearch(_blocks.Blocks, block);
        if (position < 0 || _blocks.Holders[position] != BlockWhereabouts.Arrived || _younger.Exists(disk => disk.IsAllocated(block)))
        {
            return null;
        }

        var path = VhdDirectoryLayout.Block(_ancestor.DataPath, block);
        byte[] bytes;
        try
        {
            bytes = await _remote.ReadAllAsync(path, BlockRecognition.MaximumStoredLength, cancellationToken).ConfigureAwait(false);
        }
        catch (RemoteNotFoundException)
        {
            return null;
        }

        return _ancestor.Codec == _child.Codec ? Take(path, bytes, stored.Span) : Recode(path, bytes, stored.Span);
    }

    private static async ValueTask<MovedBlocks> OpenAsync(IRemote remote, VhdDirectory child, MergeState state, CancellationToken cancellationToken)
    {
        var ancestor = await VhdDirectory.OpenAsync(remote, child.Path.Parent.Combine(state.Chain[0]), cancellationToken).ConfigureAwait(false);
        var children = new List<VhdDirectory>();
        var files = new List<BlockFiles>();
        foreach (var name in state.Chain.Skip(1))
        {
            var disk = name == child.Path.Name ? child : await VhdDirectory.OpenAsync(remote, child.Path.Parent.Combine(name), cancellationToken).ConfigureAwait(false);
            children.Add(disk);
            files.Add(await BlockFiles.ListAsync(remote, disk.DataPath, cancellationToken).ConfigureAwait(false));
        }

        // An ancestor with the newest id has got everything.
        var wereWhole = ancestor.Footer.Checksum == state.AncestorFooterChecksum || ancestor.Id == children[^1].Id;
        if (!wereWhole && state.AncestorId is { } id && id != ancestor.Id)
        {
            throw new CorruptBackupException($"\"{ancestor.Path}\" is {ancestor.Id}, and {id} was merged into.", ErrorCodes.CorruptMergeState);
        }

        var ancestorFiles = await BlockFiles.ListAsync(remote, ancestor.DataPath, cancellationToken).ConfigureAwait(false);
        int[] union = [.. children.SelectMany(static disk => disk.AllocatedBlocks).Distinct().Order()];
        var blocks = BlockWhereabouts.Find(ancestor, ancestorFiles, children, files, union, wereWhole);
        return new MovedBlocks(remote, child, ancestor, children[(children.IndexOf(child) + 1)..], blocks);
    }

    private static int Take(RemotePath path, ReadOnlySpan<byte> bytes, Span<byte> stored) =>
        bytes.TryCopyTo(stored)
            ? bytes.Length
            : throw new CorruptBackupException($"{path}: found a block of {bytes.Length} bytes, expected at most {stored.Length}.", ErrorCodes.CorruptFormat) { Path = path.Value };

    // We encode anew what moves between two compressions; Xen Orchestra moves it as it is, so that it lies there in the child's.
    private int Recode(RemotePath path, ReadOnlySpan<byte> bytes, Span<byte> stored)
    {
        using var clear = StoredBlockBuffers.RentClear();
        var codec = BlockRecognition.TryDecode(_ancestor.Codec, bytes, clear.Span);
        return codec is null || codec == _child.Codec ? Take(path, bytes, stored) : BlockCompression.Compress(_child.Codec, clear.Span, stored);
    }
}
