using MirrorBackup.Backups;

namespace MirrorBackup.Planning;

/// <summary>Says that a point of the source is left out on purpose. Nothing is done.</summary>
public sealed record SkipStep : MirrorStep
{
    /// <summary>The point on the source.</summary>
    public required RestorePoint Point { get; init; }
}
