using MirrorBackup.Backups;

namespace MirrorBackup.Planning;

/// <summary>
/// Paths where a delta expects a parent that is missing, or is another revision. No other revision may be written there: a reader that
/// follows links by name alone would take it for the parent, and show wrong data.
/// </summary>
internal sealed class ExpectedParents
{
    private readonly Dictionary<string, string?> _idAt = new(StringComparer.Ordinal);

    internal ExpectedParents(DestinationModel model)
    {
        foreach (var node in model.Graph.Nodes)
        {
            if (node is { Parent: null, Revision: { ParentPath: { } path, ParentId: { } id } })
            {
                _idAt[path] = !_idAt.TryGetValue(path, out var known) || known == id ? id : null;
            }
        }
    }

    /// <summary>Whether a revision may be written at a path: nothing is expected there, or this very revision.</summary>
    internal bool Allow(string path, string revisionId) => !_idAt.TryGetValue(path, out var expected) || expected == revisionId;
}
