namespace MirrorBackup;

/// <summary>Content that differs from the checksum or digest that goes with it.</summary>
public sealed class IntegrityException : MirrorBackupException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened, where, what was found and what was expected.</param>
    /// <param name="code">A code from <see cref="ErrorCodes"/>.</param>
    /// <param name="innerException">The cause, if another exception was it.</param>
    public IntegrityException(string message, string code = ErrorCodes.ChecksumMismatch, Exception? innerException = null)
        : base(code, message, innerException)
    {
    }
}
