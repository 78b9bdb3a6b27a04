using MirrorBackup.Disks;

namespace MirrorBackup.Vhd.Merging;

/// <summary>
/// Where the blocks of the children are while their files move into the ancestor: the youngest version of each either is with its child still, or has
/// arrived. Pure, and the same again however often a merge is resumed.
/// </summary>
internal sealed class BlockWhereabouts
{
    /// <summary>
    /// How many blocks may be on the way at once: a block can have arrived before one with a lower index only if both were. More than Xen Orchestra
    /// is ever told to move at once (2 by default).
    /// </summary>
    public const int MostAtOnce = 16;

    /// <summary>The holder of a block that is in the ancestor.</summary>
    public const int Arrived = -1;

    /// <summary>The holder of a block that neither is with its child nor can have arrived.</summary>
    public const int Lost = -2;

    private BlockWhereabouts(int[] blocks, int[] holders, BlockLoss? loss)
    {
        Blocks = blocks;
        Holders = holders;
        Loss = loss;
    }

    /// <summary>The blocks of all children, ascending.</summary>
    public int[] Blocks { get; }

    /// <summary>For each of <see cref="Blocks"/>, the child that has the file, counted from the oldest; or <see cref="Arrived"/>, or <see cref="Lost"/>.</summary>
    public int[] Holders { get; }

    /// <summary>The first block that is lost; <see langword="null"/> if none is.</summary>
    public BlockLoss? Loss { get; }

    /// <summary>Finds the blocks.</summary>
    /// <param name="ancestor">By its table, which is written after all blocks have moved.</param>
    /// <param name="ancestorFiles">The block files that it has.</param>
    /// <param name="children">By their tables, oldest first.</param>
    /// <param name="childFiles">The block files that they have.</param>
    /// <param name="union">The blocks that any of them holds, ascending.</param>
    /// <param name="wereWhole">Whether it was checked, before the first block moved, that every child had all its files: what is missing has moved then.</param>
    /// <remarks>
    /// Without that proof, as in a merge of Xen Orchestra's, a missing file of a child is believed to have moved if it is new in the ancestor, or if its
    /// absence fits the order of moving, which is ascending. Otherwise the ancestor's older version would pass for the child's.
    /// </remarks>
    public static BlockWhereabouts Find(
        IVirtualDisk ancestor,
        BlockFiles ancestorFiles,
        IReadOnlyList<IVirtualDisk> children,
        IReadOnlyList<BlockFiles> childFiles,
        IReadOnlyList<int> union,
        bool wereWhole)
    {
        int[] blocks = [.. union];
        var holders = new int[blocks.Length];
        var waiting = 0;
        BlockLoss? loss = null;
        for (var i = 0; i < blocks.Length; i++)
        {
            var youngest = children.Count - 1;
            while (!children[youngest].IsAllocated(blocks[i]))
            {
                youngest--;
            }

            if (childFiles[youngest].Contains(blocks[i]))
            {
                holders[i] = youngest;
                waiting++;
                continue;
            }

            var isThere = ancestorFiles.Contains(blocks[i]);
            holders[i] = isThere && (wereWhole || !ancestor.IsAllocated(blocks[i]) || waiting < MostAtOnce) ? Arrived : Lost;
            if (holders[i] == Lost)
            {
                loss ??= new BlockLoss(blocks[i], youngest, isThere ? waiting : null);
            }
        }

        return new BlockWhereabouts(blocks, holders, loss);
    }
}
