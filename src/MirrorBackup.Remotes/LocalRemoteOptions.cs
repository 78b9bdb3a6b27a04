namespace MirrorBackup.Remotes;

/// <summary>How a <see cref="LocalRemote"/> is opened.</summary>
public sealed record LocalRemoteOptions
{
    /// <summary>The name for messages, logs and reports; never a secret.</summary>
    /// <value>The default is the path of the root.</value>
    public string? Name { get; init; }

    /// <summary>Whether every write is refused; then files are opened read-only, and not even a lock is made.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool IsReadOnly { get; init; }

    /// <summary>Whether a missing root directory is made, with those above it. Has no effect on a read-only remote.</summary>
    /// <value>
    /// The default is <see langword="false"/>: a root that is missing is usually storage that is not mounted, and writing below the
    /// mount point would fill the wrong disk.
    /// </value>
    public bool CreateRoot { get; init; }

    /// <summary>How often a held lock is refreshed.</summary>
    /// <value>The default is 5 seconds, as in Xen Orchestra. At most half of <see cref="LockStaleAfter"/>.</value>
    public TimeSpan LockRefreshInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>After how long without a refresh a lock of somebody else is taken over.</summary>
    /// <value>The default is 10 seconds, as in Xen Orchestra. All writers of one storage must use the same value.</value>
    public TimeSpan LockStaleAfter { get; init; } = TimeSpan.FromSeconds(10);
}
