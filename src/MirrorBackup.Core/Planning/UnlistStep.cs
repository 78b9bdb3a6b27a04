using MirrorBackup.Backups;

namespace MirrorBackup.Planning;

/// <summary>Takes a point out of the list: its cache entry, then its metadata. Its data stays until a later step.</summary>
public sealed record UnlistStep : MirrorStep
{
    /// <summary>The point on the destination.</summary>
    public required RestorePoint Point { get; init; }
}
