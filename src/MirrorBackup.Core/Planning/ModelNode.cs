using MirrorBackup.Backups;

namespace MirrorBackup.Planning;

/// <summary>A revision in a <see cref="RevisionGraph"/>: a handle, which says what the graph holds of it now.</summary>
/// <param name="Graph">The graph.</param>
/// <param name="Position">Its position there, which it keeps as long as it is there.</param>
internal readonly record struct ModelNode(RevisionGraph Graph, int Position)
{
    internal DiskRevision Revision => Graph.RevisionAt(Position);

    internal ModelNode? Parent => Graph.NodeAt(Graph.ParentOf(Position));

    internal NodeChildren Children => new(this);

    internal bool IsViewable => Graph.Has(Position, NodeTraits.Viewable);

    /// <summary>Nothing needed it when planning began, so that its completeness is unproven.</summary>
    internal bool IsLeftover => Graph.Has(Position, NodeTraits.Leftover);

    /// <summary>It is part of a merge that cannot be finished.</summary>
    internal bool IsUntouchable => Graph.Has(Position, NodeTraits.Untouchable);

    internal string Path => Revision.Path;
}
