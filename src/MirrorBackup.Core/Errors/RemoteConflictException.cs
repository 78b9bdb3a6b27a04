namespace MirrorBackup;

/// <summary>What is already there is in the way: a file that was to be new, a directory in place of a file.</summary>
public sealed class RemoteConflictException : MirrorBackupException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened, where, what was found and what was expected.</param>
    /// <param name="code">A code from <see cref="ErrorCodes"/>.</param>
    /// <param name="innerException">The cause, if another exception was it.</param>
    public RemoteConflictException(string message, string code = ErrorCodes.RemoteAlreadyExists, Exception? innerException = null)
        : base(code, message, innerException)
    {
    }
}
