namespace MirrorBackup;

/// <summary>A remote does not answer, or failed in a way that says nothing about what it holds.</summary>
public sealed class RemoteUnavailableException : MirrorBackupException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened, where, what was found and what was expected.</param>
    /// <param name="code">A code from <see cref="ErrorCodes"/>.</param>
    /// <param name="innerException">The cause, if another exception was it.</param>
    public RemoteUnavailableException(string message, string code = ErrorCodes.RemoteUnavailable, Exception? innerException = null)
        : base(code, message, innerException)
    {
    }
}
