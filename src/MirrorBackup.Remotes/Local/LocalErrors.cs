namespace MirrorBackup.Remotes.Local;

/// <summary>Gives a failed file operation its public type, with the name of the remote and the path.</summary>
internal sealed class LocalErrors(string remote)
{
    /// <summary>The public exception for a failure.</summary>
    /// <param name="exception">The failure.</param>
    /// <param name="path">The path that the caller asked for; the failure may concern a directory above it.</param>
    /// <param name="verb">What was to be done, as in "could not <c>read</c>".</param>
    public MirrorBackupException Translate(FileSystemException exception, RemotePath path, string verb)
    {
        var where = exception.Path == path ? "" : $" (at {exception.Path})";
        var message = $"Could not {verb} {path} of {remote}{where}: {exception.Detail}.";
        return exception.Failure switch
        {
            FileFailure.NotFound => new RemoteNotFoundException(message, innerException: exception) { Remote = remote, Path = path.Value },
            FileFailure.Exists => new RemoteConflictException(message, innerException: exception) { Remote = remote, Path = path.Value },
            FileFailure.NotDirectory or FileFailure.IsDirectory or FileFailure.NotRegular or FileFailure.NotEmpty =>
                new RemoteConflictException(message, ErrorCodes.RemoteWrongKind, exception) { Remote = remote, Path = path.Value },
            FileFailure.AccessDenied => new RemoteAccessDeniedException(message, innerException: exception) { Remote = remote, Path = path.Value },
            FileFailure.Link =>
                new RemoteAccessDeniedException(message, ErrorCodes.RemotePathEscapes, exception) { Remote = remote, Path = path.Value },
            FileFailure.Full => new RemoteFullException(message, innerException: exception) { Remote = remote, Path = path.Value },
            FileFailure.NameTooLong or FileFailure.Unsupported =>
                new RemoteUnavailableException(message, innerException: exception) { Remote = remote, Path = path.Value },
            _ => new RemoteUnavailableException(message, innerException: exception) { Remote = remote, Path = path.Value, IsTransient = true },
        };
    }

    /// <summary>The answer of a remote that was opened read-only.</summary>
    public RemoteAccessDeniedException ReadOnly(RemotePath path, string verb) =>
        new($"Could not {verb} {path} of {remote}: the remote was opened read-only.") { Remote = remote, Path = path.Value };

    /// <summary>The answer when the root itself has gone, so that a missing file proves nothing.</summary>
    public RemoteUnavailableException RootGone(RemotePath path, string verb) =>
        new($"Could not {verb} {path} of {remote}: the root directory has gone since the remote was opened; is the storage still mounted?")
        {
            Remote = remote,
            Path = path.Value,
        };

    /// <summary>A file that is longer than what may be held in memory.</summary>
    public CorruptBackupException TooLarge(RemotePath path, long length, int maximumLength) =>
        new($"{path} of {remote} has {length} bytes; at most {maximumLength} were expected.", ErrorCodes.FileTooLarge)
        {
            Remote = remote,
            Path = path.Value,
        };
}
