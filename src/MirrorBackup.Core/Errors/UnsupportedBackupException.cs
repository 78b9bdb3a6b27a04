namespace MirrorBackup;

/// <summary>A format, version or feature that may be valid but that this library does not handle.</summary>
public sealed class UnsupportedBackupException : MirrorBackupException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened, where, what was found and what was expected.</param>
    /// <param name="code">A code from <see cref="ErrorCodes"/>.</param>
    /// <param name="innerException">The cause, if another exception was it.</param>
    public UnsupportedBackupException(string message, string code = ErrorCodes.UnsupportedFormat, Exception? innerException = null)
        : base(code, message, innerException)
    {
    }
}
