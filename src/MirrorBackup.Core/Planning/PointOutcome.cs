using MirrorBackup.Backups;

namespace MirrorBackup.Planning;

/// <summary>What a <see cref="TransferPass"/> makes of one point of the source.</summary>
/// <param name="Point">The point on the source.</param>
/// <param name="Step">A <see cref="TransferStep"/>, a <see cref="ReplaceStep"/> or a <see cref="SkipStep"/>.</param>
/// <param name="Failure">Why there is no step.</param>
internal sealed record PointOutcome(RestorePoint Point, MirrorStep? Step, RouteFailure? Failure)
{
    /// <summary>The points of the destination that the step makes restorable: the new one, or healed ones.</summary>
    internal List<RestorePoint> Restored { get; } = [];

    /// <summary>The point as the destination lists it afterwards; <see langword="null"/> if nothing is sent.</summary>
    internal RestorePoint? Written => Step switch
    {
        TransferStep transfer => transfer.Written,
        ReplaceStep replace => replace.Written,
        _ => null,
    };

    internal IReadOnlyList<DiskTransfer> Disks => Step switch
    {
        TransferStep transfer => transfer.Disks,
        ReplaceStep replace => replace.Disks,
        _ => [],
    };
}
