namespace MirrorBackup;

/// <summary>A remote has no space, quota or file numbers left.</summary>
public sealed class RemoteFullException : MirrorBackupException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened, where, what was found and what was expected.</param>
    /// <param name="code">A code from <see cref="ErrorCodes"/>.</param>
    /// <param name="innerException">The cause, if another exception was it.</param>
    public RemoteFullException(string message, string code = ErrorCodes.RemoteFull, Exception? innerException = null)
        : base(code, message, innerException)
    {
    }
}
