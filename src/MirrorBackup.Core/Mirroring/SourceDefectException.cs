namespace MirrorBackup.Mirroring;

/// <summary>
/// A revision of the source turned out to be unreadable, or another than planned with, while it was read. Never leaves this room: the VM is
/// planned anew without that revision.
/// </summary>
internal sealed class SourceDefectException : Exception
{
    public SourceDefectException(string revisionPath, Exception cause)
        : base(cause.Message, cause)
    {
        RevisionPath = revisionPath;
        Cause = cause;
    }

    /// <summary>The path of the revision, relative to the folder of the VM.</summary>
    public string RevisionPath { get; }

    public Exception Cause { get; }

    /// <summary>Whether the source is another than the plan was made for, so that reading its catalogue again may help.</summary>
    public bool IsChange => Cause is MirrorBackupException { Code: ErrorCodes.SourceChanged or ErrorCodes.RemoteNotFound };

    /// <summary>
    /// Whether it may have passed when the revision is read again. Given up at once, the backup would never be sent: from the next run on it is older than
    /// those that were sent in its place.
    /// </summary>
    public bool MayPass => IsChange || Cause is MirrorBackupException { IsTransient: true };
}
