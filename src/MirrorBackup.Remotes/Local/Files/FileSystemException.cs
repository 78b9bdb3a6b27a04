namespace MirrorBackup.Remotes.Local;

/// <summary>A failed file operation, before the remote gives it a name and the public type.</summary>
internal sealed class FileSystemException(FileFailure failure, RemotePath path, string detail, Exception? innerException = null)
    : IOException($"{path}: {detail}", innerException)
{
    public FileFailure Failure { get; } = failure;

    public RemotePath Path { get; } = path;

    /// <summary>What the system says, without the path.</summary>
    public string Detail { get; } = detail;
}
