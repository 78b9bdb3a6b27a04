namespace MirrorBackup.Transfer;

/// <summary>Says, on its way out of a target, that the source is to blame: <see cref="Exception.InnerException"/> is what it said.</summary>
internal sealed class SourceReadException(Exception cause) : Exception(cause.Message, cause);
