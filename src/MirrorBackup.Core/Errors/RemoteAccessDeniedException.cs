namespace MirrorBackup;

/// <summary>A remote refused an operation: permissions, a read-only file system, an immutable file.</summary>
public sealed class RemoteAccessDeniedException : MirrorBackupException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened, where, what was found and what was expected.</param>
    /// <param name="code">A code from <see cref="ErrorCodes"/>.</param>
    /// <param name="innerException">The cause, if another exception was it.</param>
    public RemoteAccessDeniedException(string message, string code = ErrorCodes.RemoteAccessDenied, Exception? innerException = null)
        : base(code, message, innerException)
    {
    }
}
