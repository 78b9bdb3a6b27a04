namespace MirrorBackup;

/// <summary>A plan was made from catalogues that have changed since: plan again.</summary>
public sealed class PlanStaleException : MirrorBackupException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened, where, what was found and what was expected.</param>
    /// <param name="code">A code from <see cref="ErrorCodes"/>.</param>
    /// <param name="innerException">The cause, if another exception was it.</param>
    public PlanStaleException(string message, string code = ErrorCodes.PlanStale, Exception? innerException = null)
        : base(code, message, innerException)
    {
    }
}
