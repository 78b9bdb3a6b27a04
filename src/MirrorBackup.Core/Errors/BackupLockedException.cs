namespace MirrorBackup;

/// <summary>A lock is held by somebody else, or a lock of ours was lost. The message says whose it is, where that is known.</summary>
public sealed class BackupLockedException : MirrorBackupException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened, where, what was found and what was expected.</param>
    /// <param name="code">A code from <see cref="ErrorCodes"/>.</param>
    /// <param name="innerException">The cause, if another exception was it.</param>
    public BackupLockedException(string message, string code = ErrorCodes.Locked, Exception? innerException = null)
        : base(code, message, innerException)
    {
    }
}
