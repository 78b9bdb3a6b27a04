namespace MirrorBackup.Remotes.Local;

/// <summary>A failed operation of an <see cref="IFileSystem"/>, before the remote gives it a name and the public type.</summary>
/// <param name="failure">The cause.</param>
/// <param name="path">What the operation failed at, which may be a directory above the path that was asked for.</param>
/// <param name="detail">What the system says, without the path.</param>
/// <param name="innerException">The exception of the system.</param>
public sealed class FileSystemException(FileFailure failure, RemotePath path, string detail, Exception? innerException = null)
    : IOException($"{path}: {detail}", innerException)
{
    /// <summary>The cause.</summary>
    public FileFailure Failure { get; } = failure;

    /// <summary>What the operation failed at.</summary>
    public RemotePath Path { get; } = path;

    /// <summary>What the system says, without the path.</summary>
    public string Detail { get; } = detail;
}
