namespace MirrorBackup.Tests.Merging;

/// <summary>When an operation fails, or the process dies in it: what is left is the same.</summary>
internal enum FaultMoment
{
    /// <summary>Nothing of it was done.</summary>
    Before,

    /// <summary>Part of it was done, where storage has parts: a move left both names, a tree is half gone.</summary>
    Within,

    /// <summary>All of it was done, and nobody was told.</summary>
    After,
}
