namespace MirrorBackup;

/// <summary>Nothing is there under a path. Distinct from every other failure: a cleaner may conclude from it, and from nothing else, that a file is absent.</summary>
public sealed class RemoteNotFoundException : MirrorBackupException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened, where, what was found and what was expected.</param>
    /// <param name="code">A code from <see cref="ErrorCodes"/>.</param>
    /// <param name="innerException">The cause, if another exception was it.</param>
    public RemoteNotFoundException(string message, string code = ErrorCodes.RemoteNotFound, Exception? innerException = null)
        : base(code, message, innerException)
    {
    }
}
