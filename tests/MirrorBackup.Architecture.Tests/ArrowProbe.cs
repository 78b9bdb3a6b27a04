using MirrorBackup.Remotes;

namespace MirrorBackup.Architecture.Tests;

/// <summary>Uses types in each of the ways that the reader of assemblies must see.</summary>
internal sealed class ArrowProbe
{
    private readonly List<RemoteEntry> _entries = [];

    public override string ToString()
    {
        var options = new Stack<WriteOptions>();
        return $"{_entries.Count}{RemotePath.Root}{options.Count}{typeof(IRemoteLock)}";
    }
}
