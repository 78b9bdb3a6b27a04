namespace MirrorBackup.Repositories.Cleaning;

/// <summary>How a repository is cleaned. The default only reports.</summary>
public sealed record CleaningOptions
{
    /// <summary>Whether anything may be changed. Without it not even a lock is taken, and a remote that is read-only will do.</summary>
    public bool Repair { get; init; }

    /// <summary>
    /// Whether what would be deleted is moved to <c>.mirrorbackup/quarantine/</c> instead, with a manifest by which it can be put back by hand. Only with
    /// <see cref="Repair"/>.
    /// </summary>
    public bool Quarantine { get; init; }

    /// <summary>Only these VMs; <see langword="null"/> for all.</summary>
    public IReadOnlyCollection<string>? VmIds { get; init; }

    /// <summary>
    /// How long nobody must have changed a thing before it is removed; not negative, 24 hours by default. Somebody who takes no lock may be writing it.
    /// </summary>
    public TimeSpan MinimumAge { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How long to wait for the lock of a VM; zero, the default, does not wait.</summary>
    public TimeSpan LockTimeout { get; init; }
}
