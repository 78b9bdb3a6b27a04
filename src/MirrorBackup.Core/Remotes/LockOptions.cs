namespace MirrorBackup.Remotes;

/// <summary>How a lock is taken.</summary>
/// <param name="Timeout">How long to wait for somebody else to release it; zero, the default, does not wait.</param>
/// <param name="Reason">What the lock is for, shown to others that wait where the storage can show it; never a secret.</param>
public readonly record struct LockOptions(TimeSpan Timeout = default, string? Reason = null);
