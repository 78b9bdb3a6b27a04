using System.Globalization;
using MirrorBackup.Remotes;
using MirrorBackup.Remotes.Local;

namespace MirrorBackup.Testing.Simulation;

/// <summary>The operations of a <see cref="SimulatedDisk"/> below one of its directories.</summary>
internal sealed class SimulatedFileSystem(SimulatedDisk disk, SimulatedDirectory root, RemotePath rootPath) : IFileSystem
{
    public string Identity => string.Create(CultureInfo.InvariantCulture, $"simulated:{System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(disk)}/{rootPath}");

    public bool IsCaseSensitive => true;

    public FileStatus? Stat(RemotePath path)
    {
        lock (disk.Gate)
        {
            return Find(path) is { } node
                ? new FileStatus(node.Kind, node is SimulatedFile file ? file.Content.Length : 0, node.LastModified, node.Number)
                : null;
        }
    }

    public IEnumerable<RemoteEntry> List(RemotePath directory)
    {
        lock (disk.Gate)
        {
            return [.. DirectoryAt(directory).Names.Select(pair =>
                new RemoteEntry(directory / pair.Key, pair.Value.Kind, pair.Value is SimulatedFile file ? file.Content.Length : 0, pair.Value.LastModified))];
        }
    }

    public IOpenFile Open(RemotePath path, FileUse access, long reserve = 0)
    {
        lock (disk.Gate)
        {
            var found = Find(path);
            if (access != FileUse.CreateNew)
            {
                return new SimulatedOpenFile(disk, Require(found as SimulatedFile, found, path), Full(path), path);
            }

            var parent = DirectoryAt(path.Parent);
            RequireFree(found, path);
            disk.Begin(DiskOperationKind.Create, Full(path));
            var file = new SimulatedFile(disk.NextNumber(), disk.Now, SparseContent.Empty);
            disk.Change(new NameChange.Part(parent, path.Name, file, file));
            return new SimulatedOpenFile(disk, file, Full(path), path);
        }
    }

    public void Rename(RemotePath source, RemotePath destination) => Rename(source, destination, mustBeNew: false);

    public void RenameToNew(RemotePath source, RemotePath destination) => Rename(source, destination, mustBeNew: true);

    public void Unlink(RemotePath path)
    {
        lock (disk.Gate)
        {
            var found = Find(path);
            var file = Require(found as SimulatedFile, found, path);
            disk.Begin(DiskOperationKind.Unlink, Full(path));
            disk.Change(new NameChange.Part(DirectoryAt(path.Parent), path.Name, null, file));
        }
    }

    public void MakeDirectory(RemotePath path)
    {
        lock (disk.Gate)
        {
            var parent = DirectoryAt(path.Parent);
            RequireFree(Find(path), path);
            disk.Begin(DiskOperationKind.MakeDirectory, Full(path));
            var directory = new SimulatedDirectory(disk.NextNumber(), disk.Now);
            disk.Change(new NameChange.Part(parent, path.Name, directory, directory));
        }
    }

    public void RemoveDirectory(RemotePath path)
    {
        lock (disk.Gate)
        {
            var directory = DirectoryAt(path);
            if (directory.Names.Count > 0)
            {
                throw new FileSystemException(FileFailure.NotEmpty, path, "the directory is not empty");
            }

            disk.Begin(DiskOperationKind.RemoveDirectory, Full(path));
            disk.Change(new NameChange.Part(DirectoryAt(path.Parent), path.Name, null, directory));
        }
    }

    public void FlushDirectory(RemotePath directory)
    {
        lock (disk.Gate)
        {
            var found = DirectoryAt(directory);
            disk.Begin(DiskOperationKind.FlushDirectory, Full(directory));
            disk.Flush(found);
        }
    }

    public void SetDirectoryTime(RemotePath directory, DateTimeOffset time)
    {
        lock (disk.Gate)
        {
            DirectoryAt(directory).LastModified = time;
        }
    }

    public long? GetAvailableBytes()
    {
        lock (disk.Gate)
        {
            return disk.Capacity - disk.UsedBytes();
        }
    }

    public void Dispose()
    {
        // The disk stays as it is.
    }

    private static T Require<T>(T? wanted, SimulatedNode? found, RemotePath path)
        where T : SimulatedNode =>
        wanted ?? throw (found is null ? NotFound(path)
            : found is SimulatedDirectory ? new FileSystemException(FileFailure.IsDirectory, path, "it is a directory")
            : new FileSystemException(FileFailure.NotDirectory, path, "it is a file"));

    private static void RequireFree(SimulatedNode? found, RemotePath path)
    {
        if (found is not null)
        {
            throw new FileSystemException(FileFailure.Exists, path, "something has this name");
        }
    }

    private static FileSystemException NotFound(RemotePath path) => new(FileFailure.NotFound, path, "nothing is there");

    private void Rename(RemotePath source, RemotePath destination, bool mustBeNew)
    {
        lock (disk.Gate)
        {
            var node = Find(source) ?? throw NotFound(source);
            var (from, to, replaced) = (DirectoryAt(source.Parent), DirectoryAt(destination.Parent), Find(destination));
            if (mustBeNew)
            {
                RequireFree(replaced, destination);
            }
            else if (replaced is SimulatedDirectory)
            {
                throw new FileSystemException(FileFailure.IsDirectory, destination, "it is a directory");
            }

            disk.Begin(DiskOperationKind.Rename, Full(source), Full(destination));
            disk.Change(new NameChange.Part(from, source.Name, null, node), new NameChange.Part(to, destination.Name, node, node));
        }
    }

    private SimulatedDirectory DirectoryAt(RemotePath path)
    {
        var found = Find(path);
        return Require(found as SimulatedDirectory, found, path);
    }

    // Below a file there is nothing, and the file is to blame.
    private SimulatedNode? Find(RemotePath path)
    {
        SimulatedNode node = root;
        var at = RemotePath.Root;
        foreach (var name in path.IsRoot ? [] : path.Value.Split('/'))
        {
            if (node is not SimulatedDirectory directory)
            {
                throw new FileSystemException(FileFailure.NotDirectory, at, "it is a file");
            }

            if (!directory.Names.TryGetValue(name, out var next))
            {
                return null;
            }

            (node, at) = (next, at / name);
        }

        return node;
    }

    private RemotePath Full(RemotePath path) => path.IsRoot ? rootPath : rootPath.IsRoot ? path : rootPath / path.Value;
}
