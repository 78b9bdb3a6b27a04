namespace MirrorBackup;

/// <summary>Bytes, metadata or links that are not what their format demands. The message names the file, the field or offset, what was found and what was expected.</summary>
public sealed class CorruptBackupException : MirrorBackupException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened, where, what was found and what was expected.</param>
    /// <param name="code">A code from <see cref="ErrorCodes"/>.</param>
    /// <param name="innerException">The cause, if another exception was it.</param>
    public CorruptBackupException(string message, string code = ErrorCodes.CorruptFormat, Exception? innerException = null)
        : base(code, message, innerException)
    {
    }
}
