using MirrorBackup.Backups;

namespace MirrorBackup.Planning;

/// <summary>Compares the forecast of a plan with the free space, step by step.</summary>
internal static class FreeSpace
{
    /// <summary>Finds the transfers that do not fit: the first one whose exact size exceeds what is left, and all after it.</summary>
    internal static Dictionary<PointId, RouteFailure> Refuse(PlanAssembly assembly, DestinationRequest request)
    {
        var refused = new Dictionary<PointId, RouteFailure>();
        if (request.Profile.FreeBytes is not { } free)
        {
            return refused;
        }

        var space = new SpaceUse();
        RouteFailure? failure = null;
        foreach (var step in assembly.Steps)
        {
            if (step is TransferStep or ReplaceStep)
            {
                var left = free - space.Used;
                if (failure is null && step.ByteCount > left && !SpaceUse.IsUpperBound(step))
                {
                    failure = new RouteFailure(
                        PlanConflictKind.NotEnoughSpace,
                        $"{request.Name}: {ByteText.Of(step.ByteCount)} are to be written and {ByteText.Of(Math.Max(0, left))} are free by then");
                }

                if (failure is not null)
                {
                    refused.Add(PointOf(step).Id, failure);
                    continue;
                }
            }

            space.Add(step);
        }

        return refused;
    }

    /// <summary>Why a point is not sent though the retention would keep it: it was left out in favour of points that do not fit.</summary>
    internal static RouteFailure NoRoomBeside(DestinationRequest request) => new(
        PlanConflictKind.NotEnoughSpace, $"{request.Name}: the free space does not suffice for more than the points that are sent");

    internal static PlanWarning? Warn(PlanForecast forecast, DestinationRequest request) =>
        request.Profile.FreeBytes is { } free && forecast.PeakBytes > free
            ? new PlanWarning(
                PlanWarningKind.SpaceMayNotSuffice,
                $"{request.Name}: up to {ByteText.Of(forecast.PeakBytes)} are needed at one moment and {ByteText.Of(free)} are free.")
            : null;

    private static RestorePoint PointOf(MirrorStep step) => step is TransferStep transfer ? transfer.Point : ((ReplaceStep)step).Point;
}
