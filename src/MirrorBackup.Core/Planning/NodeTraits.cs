namespace MirrorBackup.Planning;

/// <summary>What is true of a revision in a <see cref="RevisionGraph"/>.</summary>
[Flags]
internal enum NodeTraits : byte
{
    None = 0,

    /// <summary>It and every ancestor down to a key opens.</summary>
    Viewable = 1,

    /// <summary>Nothing needed it when planning began, so that its completeness is unproven.</summary>
    Leftover = 2,

    /// <summary>It is part of a merge that cannot be finished.</summary>
    Untouchable = 4,

    /// <summary>It is not there any more.</summary>
    Removed = 8,

    /// <summary>Other points list it than those of the chain from which the graph began.</summary>
    Relisted = 16,
}
