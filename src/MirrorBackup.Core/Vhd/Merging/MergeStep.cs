namespace MirrorBackup.Vhd.Merging;

/// <summary>How far a merge had come when its state was written (<c>formats/vhd.md</c> §5.3).</summary>
internal enum MergeStep
{
    /// <summary>Blocks are being copied into the ancestor, or its tables and footers are being written.</summary>
    Blocks,

    /// <summary>The ancestor holds everything; what is left is to give it its name and to remove the children.</summary>
    Cleanup,
}
