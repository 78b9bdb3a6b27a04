namespace MirrorBackup;

/// <summary>
/// The base of every error that this library raises on purpose. What a caller may expect in normal operation
/// (a conflict in a plan, a failed step, a finding) is a value; an exception means that what was asked for could not be done.
/// </summary>
/// <remarks>Cancellation is never wrapped: it is always <see cref="OperationCanceledException"/>.</remarks>
public class MirrorBackupException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="code">A stable code from <see cref="ErrorCodes"/>, such as <c>MB2101</c>.</param>
    /// <param name="message">What happened, where, what was found and what was expected. Must not hold a secret.</param>
    /// <param name="innerException">The cause, if another exception was it.</param>
    public MirrorBackupException(string code, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        ArgumentException.ThrowIfNullOrEmpty(code);
        Code = code;
    }

    /// <summary>A stable code, listed in <c>docs/errors.md</c>; never reused for another meaning.</summary>
    public string Code { get; }

    /// <summary>Whether trying again later, unchanged, may succeed.</summary>
    public bool IsTransient { get; init; }

    /// <summary>The display name of the remote concerned (never its URL: that may hold a secret), or <see langword="null"/>.</summary>
    public string? Remote { get; init; }

    /// <summary>The path concerned, relative to the root of the remote, or <see langword="null"/>.</summary>
    public string? Path { get; init; }
}
