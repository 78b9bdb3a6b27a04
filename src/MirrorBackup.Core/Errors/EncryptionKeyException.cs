namespace MirrorBackup;

/// <summary>A key is missing, cannot be one, or is not the one that a remote is encrypted with.</summary>
public sealed class EncryptionKeyException : MirrorBackupException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened, where, what was found and what was expected; never the key.</param>
    /// <param name="code">A code from <see cref="ErrorCodes"/>.</param>
    /// <param name="innerException">The cause, if another exception was it.</param>
    public EncryptionKeyException(string message, string code = ErrorCodes.InvalidEncryptionKey, Exception? innerException = null)
        : base(code, message, innerException)
    {
    }
}
