using MirrorBackup.Remotes;
using MirrorBackup.Testing.Simulation;

namespace MirrorBackup.Simulation.Tests.Crashes;

/// <summary>
/// Follows, by the operations on a disk alone, of which files the first footer was written and the second is not yet durable: from a write at the
/// beginning of a file to the next flush of it.
/// </summary>
/// <param name="leftBetween">Files that a crash before left so. They are until both are written again.</param>
internal sealed class FootersBeingWritten(IEnumerable<RemotePath> leftBetween)
{
    private readonly HashSet<RemotePath> _written = [];

    /// <summary>The files of which a crash now comes between the two.</summary>
    public HashSet<RemotePath> Files { get; } = [.. leftBetween];

    public void Follow(DiskOperation operation)
    {
        if (operation is { Kind: DiskOperationKind.Write, Offset: 0 })
        {
            _written.Add(operation.Path);
            Files.Add(operation.Path);
        }
        else if (operation.Kind == DiskOperationKind.Flush && _written.Remove(operation.Path))
        {
            Files.Remove(operation.Path);
        }
    }
}
