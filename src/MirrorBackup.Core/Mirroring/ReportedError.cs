namespace MirrorBackup.Mirroring;

/// <summary>An error as data, without a stack and without secrets.</summary>
/// <param name="Code">The code (<see cref="ErrorCodes"/>), or the name of the type for an error that is not of this library.</param>
/// <param name="Message">What happened.</param>
/// <param name="Path">The file concerned, relative to the root of its remote, or <see langword="null"/>.</param>
public sealed record ReportedError(string Code, string Message, string? Path)
{
    internal static ReportedError From(Exception error) => error is MirrorBackupException known
        ? new ReportedError(known.Code, known.Message, known.Path)
        : new ReportedError(error.GetType().Name, error.Message, null);
}
