namespace MirrorBackup.Remotes;

/// <summary>Facts about a storage, as data: what may be asked of it and what its answers are worth.</summary>
public sealed record RemoteCapabilities
{
    /// <summary>Whether the remote refuses every write.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>Whether <see cref="IRemote.OpenForUpdateAsync"/> works. Without it VHD files cannot be merged.</summary>
    public bool SupportsUpdate { get; init; }

    /// <summary>Whether <see cref="IRemote.MoveAsync"/> is one step that no crash can split.</summary>
    public bool HasAtomicMove { get; init; }

    /// <summary>Whether <see cref="IRemote.LockAsync"/> works. Without it, one writer per destination is the user's duty.</summary>
    public bool SupportsLocks { get; init; }

    /// <summary>Whether <see cref="WriteOptions.MustBeNew"/> is decided by the storage, so that of two writers one fails.</summary>
    public bool HasExclusiveCreate { get; init; }

    /// <summary>
    /// Whether files are those of the operating system, unchanged, so that it may copy ranges between two such remotes by itself
    /// (<see cref="IRemoteFile.TryCopyToAsync"/>). That it does so is not promised: it depends on both storages.
    /// </summary>
    public bool SupportsRangeCopy { get; init; }

    /// <summary>Whether directories exist of themselves, also when empty.</summary>
    public bool HasDirectories { get; init; }

    /// <summary>The longest file that can be stored, in bytes as the remote shows them (clear, where it encrypts); <see langword="null"/> if only the free space limits it.</summary>
    public long? MaximumFileLength { get; init; }

    /// <summary>
    /// Which algorithm and key the remote encrypts with, as a text that is equal for equal ones and reveals neither;
    /// <see langword="null"/> where it does not encrypt.
    /// </summary>
    public string? EncryptionFingerprint { get; init; }

    /// <summary>Whether what is read is proven, by an authentication tag, to be what was written.</summary>
    public bool IsAuthenticated { get; init; }

    /// <summary>Whether upper and lower case of a name are different names.</summary>
    public bool IsCaseSensitive { get; init; } = true;
}
