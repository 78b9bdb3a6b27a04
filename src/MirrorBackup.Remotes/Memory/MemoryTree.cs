namespace MirrorBackup.Remotes.Memory;

/// <summary>The names of a <see cref="MemoryRemote"/>: directories and files by path. Every member is one step; the caller holds the lock.</summary>
internal sealed class MemoryTree(string remote, TimeProvider timeProvider)
{
    private readonly SortedDictionary<RemotePath, Node> _nodes = new() { [RemotePath.Root] = new(null, timeProvider.GetUtcNow()) };

    public RemoteEntry? Stat(RemotePath path) => _nodes.TryGetValue(path, out var node) ? node.ToEntry(path) : null;

    public IReadOnlyList<RemoteEntry> List(RemotePath directory)
    {
        if (!_nodes.TryGetValue(directory, out var node))
        {
            throw NotFound("list", directory);
        }

        return node.File is null
            ? [.. _nodes.Where(entry => !entry.Key.IsRoot && entry.Key.Parent == directory).Select(static entry => entry.Value.ToEntry(entry.Key))]
            : throw Conflict($"{directory} of {remote} is a file, a directory was expected.", directory);
    }

    public MemoryFile Open(RemotePath path) => _nodes.TryGetValue(path, out var node)
        ? node.File ?? throw Conflict($"{path} of {remote} is a directory, a file was expected.", path)
        : throw NotFound("open", path);

    public void Put(RemotePath path, MemoryFile file, bool mustBeNew)
    {
        if (_nodes.TryGetValue(path, out var node))
        {
            if (node.File is null)
            {
                throw Conflict($"{path} of {remote} is a directory; no file can have its name.", path);
            }

            if (mustBeNew)
            {
                throw new RemoteConflictException($"{path} of {remote} is there already, and was to be new.") { Remote = remote, Path = path.Value };
            }
        }

        MakeDirectories(path.Parent, path);
        _nodes[path] = new(file, timeProvider.GetUtcNow());
    }

    public void Touch(RemotePath path, MemoryFile file)
    {
        if (_nodes.TryGetValue(path, out var node) && node.File == file)
        {
            _nodes[path] = node with { LastModified = timeProvider.GetUtcNow() };
        }
    }

    public void Move(RemotePath source, RemotePath destination)
    {
        var file = Open(source);
        if (source != destination)
        {
            Put(destination, file, mustBeNew: false);
            _nodes.Remove(source);
        }
    }

    public void Delete(RemotePath path)
    {
        if (_nodes.TryGetValue(path, out var node))
        {
            if (node.File is null)
            {
                throw Conflict($"{path} of {remote} is a directory, a file was expected.", path);
            }

            _nodes.Remove(path);
        }
    }

    public void DeleteTree(RemotePath path)
    {
        if (_nodes.TryGetValue(path, out var node) && node.File is not null)
        {
            throw Conflict($"{path} of {remote} is a file, a directory was expected.", path);
        }

        foreach (var below in _nodes.Keys.Where(key => key.IsAtOrBelow(path)).ToList())
        {
            _nodes.Remove(below);
        }
    }

    public void MakeDirectories(RemotePath directory) => MakeDirectories(directory, directory);

    private void MakeDirectories(RemotePath directory, RemotePath asked)
    {
        if (_nodes.TryGetValue(directory, out var node))
        {
            if (node.File is not null)
            {
                throw Conflict($"Could not make {asked} of {remote}: {directory} is a file, a directory is needed.", asked);
            }

            return;
        }

        MakeDirectories(directory.Parent, asked);
        _nodes[directory] = new(null, timeProvider.GetUtcNow());
    }

    private RemoteNotFoundException NotFound(string verb, RemotePath path) =>
        new($"Could not {verb} {path} of {remote}: nothing is there.") { Remote = remote, Path = path.Value };

    private RemoteConflictException Conflict(string message, RemotePath path) =>
        new(message, ErrorCodes.RemoteWrongKind) { Remote = remote, Path = path.Value };

    private readonly record struct Node(MemoryFile? File, DateTimeOffset LastModified)
    {
        public RemoteEntry ToEntry(RemotePath path) => File is null
            ? new(path, RemoteEntryKind.Directory, 0, LastModified)
            : new(path, RemoteEntryKind.File, File.Length, LastModified);
    }
}
