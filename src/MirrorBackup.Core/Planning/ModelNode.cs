using MirrorBackup.Backups;

namespace MirrorBackup.Planning;

/// <summary>A revision in a <see cref="RevisionGraph"/>.</summary>
internal sealed class ModelNode(DiskRevision revision)
{
    internal DiskRevision Revision { get; set; } = revision;

    internal ModelNode? Parent { get; set; }

    internal List<ModelNode> Children { get; } = [];

    internal bool IsViewable { get; set; }

    /// <summary>Nothing needed it when planning began, so that its completeness is unproven.</summary>
    internal bool IsLeftover { get; set; }

    /// <summary>It is part of a merge that cannot be finished.</summary>
    internal bool IsUntouchable { get; set; }

    internal string Path => Revision.Path;
}
