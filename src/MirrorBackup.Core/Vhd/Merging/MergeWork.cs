namespace MirrorBackup.Vhd.Merging;

/// <summary>What is left to do of a merge.</summary>
internal enum MergeWork
{
    /// <summary>Everything, from some block on. The children are all there, so blocks may be copied again without harm.</summary>
    Blocks,

    /// <summary>The ancestor is complete and has to take the newest name; then the children that are still there go.</summary>
    Rename,

    /// <summary>The newest name is the result: the children between, as far as they are still there, and the state file go.</summary>
    Remove,
}
