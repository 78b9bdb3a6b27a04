namespace MirrorBackup.Remotes.Local;

/// <summary>One attempt, of many tries, to make the lock directory of a path.</summary>
/// <remarks>
/// Compatible with Xen Orchestra (<c>formats/repository.md</c> §2.7): whoever makes <c>&lt;path&gt;.lock</c> holds the lock, and a
/// lock whose time is older than the limit is abandoned and may be replaced. Two that replace the same abandoned lock at
/// once can both believe to hold it for a moment; each looks at the directory's time and number before it writes anything
/// (<see cref="HeldLock.EnsureHeldAsync"/>), where the loser finds out.
/// </remarks>
internal sealed class LockAcquisition(LocalDirectory directory, LockKeeper keeper, RemotePath path, TimeSpan staleAfter, string? reason)
{
    private readonly RemotePath _lockPath = path.Parent.Combine(path.Name + ".lock");
    private FileStatus? _seen;
    private long _seenAt;

    /// <summary>How long ago the holder refreshed the lock that is in the way, by its own clock.</summary>
    public TimeSpan HolderAge { get; private set; }

    /// <summary>Who holds the lock that is in the way, as far as that is known.</summary>
    public string Holder => LockNote.HolderOf(directory.Files, _lockPath);

    /// <summary>Takes the lock, or returns <see langword="null"/> if somebody else holds it.</summary>
    public HeldLock? Try()
    {
        directory.MakeDirectories(path);
        for (var replaced = false; ; replaced = true)
        {
            try
            {
                directory.Files.MakeDirectory(_lockPath);
                break;
            }
            catch (FileSystemException exception) when (exception.Failure == FileFailure.Exists)
            {
                if (replaced || !RemoveAbandoned())
                {
                    return null;
                }
            }
        }

        try
        {
            LockNote.Leave(directory.Files, _lockPath, reason, directory.TimeProvider);
            var held = new HeldLock(directory, keeper, path, _lockPath, staleAfter);
            keeper.Add(held);
            return held;
        }
        catch
        {
            // Made, but not to be kept fresh: nobody else should have to wait until it is stale.
            directory.Files.RemoveDirectory(_lockPath);
            throw;
        }
    }

    /// <summary>Whether the way is free now, because the lock was gone or abandoned.</summary>
    private bool RemoveAbandoned()
    {
        var found = directory.Files.Stat(_lockPath);
        if (found is not { } status)
        {
            return true;
        }

        if (status.Kind != RemoteEntryKind.Directory)
        {
            throw new FileSystemException(FileFailure.NotDirectory, _lockPath, "a lock is a directory, something else is there");
        }

        if (!IsAbandoned(status))
        {
            return false;
        }

        // Looked at again at the last moment: another one may have replaced it since.
        if (directory.Files.Stat(_lockPath) != status)
        {
            return false;
        }

        try
        {
            directory.Files.RemoveDirectory(_lockPath);
        }
        catch (FileSystemException exception) when (exception.Failure == FileFailure.NotFound)
        {
            // Its holder, or another that waits, was faster.
        }

        return true;
    }

    private bool IsAbandoned(FileStatus status)
    {
        HolderAge = directory.TimeProvider.GetUtcNow() - status.LastModified;
        if (_seen != status)
        {
            (_seen, _seenAt) = (status, directory.TimeProvider.GetTimestamp());
        }

        // The second half is for clocks that disagree: what did not change while we watched is not refreshed by anyone.
        return HolderAge > staleAfter || directory.TimeProvider.GetElapsedTime(_seenAt) > staleAfter;
    }
}
