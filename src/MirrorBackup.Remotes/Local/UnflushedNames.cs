using System.Collections.Concurrent;

namespace MirrorBackup.Remotes.Local;

/// <summary>
/// The staged files and the directories with new names that a power cut could still take. An entry goes only after its flush has
/// succeeded, and only if nothing was added for it meanwhile. Thread-safe.
/// </summary>
internal sealed class UnflushedNames
{
    private readonly ConcurrentDictionary<RemotePath, long> _files = new();
    private readonly ConcurrentDictionary<RemotePath, long> _directories = new();
    private long _version;

    /// <summary>Notes a file whose content is not durable.</summary>
    public void AddFile(RemotePath path) => _files[path] = Interlocked.Increment(ref _version);

    /// <summary>Notes a directory whose names are not durable.</summary>
    public void AddDirectory(RemotePath path) => _directories[path] = Interlocked.Increment(ref _version);

    /// <summary>Forgets a file that is no longer there.</summary>
    public void RemoveFile(RemotePath path) => _files.TryRemove(path, out _);

    /// <summary>Makes one file durable, if it is noted.</summary>
    public void FlushFile(IFileSystem files, RemotePath path)
    {
        if (_files.TryGetValue(path, out var version))
        {
            Flush(files, new(path, version));
        }
    }

    /// <summary>Makes the names in a directory durable, and the names of the directories above it that are noted.</summary>
    public void FlushDirectoryAndAbove(IFileSystem files, RemotePath directory)
    {
        _directories.TryGetValue(directory, out var noted);
        files.FlushDirectory(directory);
        _directories.TryRemove(new(directory, noted));
        while (!directory.IsRoot)
        {
            directory = directory.Parent;
            if (_directories.TryGetValue(directory, out var version))
            {
                files.FlushDirectory(directory);
                _directories.TryRemove(new(directory, version));
            }
        }
    }

    /// <summary>Makes all that is noted at or below a path durable: contents first, then names, those of the directories above included.</summary>
    public void FlushTree(IFileSystem files, RemotePath tree, CancellationToken cancellationToken)
    {
        var staged = _files.Where(entry => entry.Key.IsAtOrBelow(tree)).ToList();
        Parallel.ForEach(
            staged,
            new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = cancellationToken },
            entry => Flush(files, entry));

        foreach (var (directory, version) in _directories.Where(entry => entry.Key.IsAtOrBelow(tree) || tree.IsAtOrBelow(entry.Key)).ToList())
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                files.FlushDirectory(directory);
            }
            catch (FileSystemException exception) when (exception.Failure == FileFailure.NotFound)
            {
                // A directory that was removed since has no names to keep.
            }

            _directories.TryRemove(new(directory, version));
        }
    }

    private void Flush(IFileSystem files, KeyValuePair<RemotePath, long> entry)
    {
        try
        {
            files.FlushFile(entry.Key);
        }
        catch (FileSystemException exception) when (exception.Failure is FileFailure.NotFound or FileFailure.NotDirectory)
        {
            // A file that was removed since has no content to keep.
        }

        _files.TryRemove(entry);
    }
}
