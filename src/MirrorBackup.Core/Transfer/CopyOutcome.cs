namespace MirrorBackup.Transfer;

/// <summary>What became of one target of a copy.</summary>
/// <param name="Name">Its name.</param>
/// <param name="BytesWritten">Bytes stored, if <see cref="Succeeded"/>; otherwise the bytes of blocks that it stored before it left.</param>
/// <param name="Error">
/// Why it has nothing; <see langword="null"/> if it has all. The error of the source, if that failed; <see cref="OperationCanceledException"/>
/// if the target was stopped.
/// </param>
public sealed record CopyOutcome(string Name, long BytesWritten, Exception? Error)
{
    /// <summary>Whether the target holds the whole content, visible.</summary>
    public bool Succeeded => Error is null;
}
