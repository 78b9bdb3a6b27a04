namespace MirrorBackup.Vhd.Format;

/// <summary>What kind of disk a footer announces (offset 60). The numbers are those of the file.</summary>
public enum VhdDiskType
{
    /// <summary>No disk; never in a file that can be read.</summary>
    None = 0,

    /// <summary>All bytes are there, followed by one footer.</summary>
    Fixed = 2,

    /// <summary>Stands alone: what has no block is zero.</summary>
    Dynamic = 3,

    /// <summary>A delta: what has no block is in the parent.</summary>
    Differencing = 4,
}
