using MirrorBackup.Remotes;
using MirrorBackup.Vhd.Directories;

namespace MirrorBackup.Vhd.Merging;

/// <summary>
/// Encodes anew what Xen Orchestra moved into the ancestor as it was, from a child with another compression. Each file is replaced all or nothing; doing it
/// again changes nothing.
/// </summary>
internal sealed class ForeignBlocks(MergeJournal journal, DirectoryAncestor ancestor)
{
    /// <summary>Looks at block files of the ancestor, and replaces those that are not in its compression.</summary>
    /// <param name="blocks">Blocks that have arrived.</param>
    /// <param name="cancellationToken">Stops the call; what was replaced stays so.</param>
    /// <exception cref="CorruptBackupException">A file is in no known compression (<see cref="ErrorCodes.CorruptMergeState"/>).</exception>
    public async ValueTask MendAsync(IEnumerable<int> blocks, CancellationToken cancellationToken)
    {
        using var clear = StoredBlockBuffers.RentClear();
        foreach (var block in blocks)
        {
            var path = ancestor.BlockPath(block);
            var stored = await journal.Remote.ReadAllAsync(path, BlockRecognition.MaximumStoredLength, cancellationToken).ConfigureAwait(false);
            var codec = BlockRecognition.TryDecode(ancestor.Codec, stored, clear.Memory.Span) ?? throw new CorruptBackupException(
                $"The merge into \"{journal.AncestorPath}\" cannot be finished: \"{path}\" is no block in {ancestor.Codec}, nor for certain in another compression.",
                ErrorCodes.CorruptMergeState) { Path = path.Value };
            if (codec != ancestor.Codec)
            {
                await journal.EnsureLockHeldAsync(cancellationToken).ConfigureAwait(false);
                await ancestor.WriteBlockAsync(block, clear.Memory, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
