using System.Collections.Immutable;
using MirrorBackup.Backups;

namespace MirrorBackup.Planning;

/// <summary>Stops a run that would retire suspiciously many points.</summary>
internal static class RetirementBrake
{
    internal static PlanConflict? Check(DestinationStart start, TransferPass pass, ImmutableArray<RestorePoint> initial, RetentionWatch before, PlanningOptions options)
    {
        if (options is { MaxRetireCount: null, MaxRetirePercent: null })
        {
            return null;
        }

        var watch = before.Copy();
        var released = new List<RestorePoint>(watch.InitialSurplus);
        foreach (var outcome in pass.Outcomes)
        {
            released.AddRange(watch.Add(outcome.Restored));
        }

        var existing = new HashSet<RestorePoint>(initial, ReferenceEqualityComparer.Instance);
        var retired = released.FindAll(point => existing.Contains(point) && !point.IsProtected);
        if (options.MaxRetireCount is { } maxCount && retired.Count > maxCount)
        {
            return Conflict(retired, $"{retired.Count} points; expected at most {maxCount}", start.Request.Name);
        }

        // The share is one of all points, new ones included: what was sent before the brake was noticed must not release it.
        return options.MaxRetirePercent is { } maxPercent && retired.Count * 100L > (long)maxPercent * watch.Count
            ? Conflict(retired, $"{retired.Count} of {watch.Count} points; expected at most {maxPercent} percent", start.Request.Name)
            : null;
    }

    private static PlanConflict Conflict(List<RestorePoint> retired, string found, string name) => new(
        PlanConflictKind.RetirementBrake, $"The retention of {name} would retire {found}. Nothing is retired, merged or removed there.")
    {
        Points = [.. retired.Select(point => point.Id).Order()],
    };
}
