using MirrorBackup.Backups;
using MirrorBackup.Planning;
using MirrorBackup.Retention;

namespace MirrorBackup.Tests.Planning.Properties;

/// <summary>What is retired, how much of it, and when.</summary>
public sealed class RetentionProperties
{
    [Fact]
    public void EveryPrefix_ListedPointsInScope_AreAtMostOneMoreThanThereWereOrThePolicyAllows() => PropertyCheck.ForEachDestination(run =>
    {
        if (run.IsRetiringStopped)
        {
            return;
        }

        var protectedPoints = run.Before.Points.Count(point => point.IsProtected || point.Disks.Any(disk =>
            run.Before.PendingMerges.Exists(merge => merge.Paths.Contains(disk.Path))));
        var bound = Math.Max(run.Before.Points.Count(run.IsInScope), MostThatStay(run.Request.Retention)) + protectedPoints + 1;
        Assert.All(run.Prefixes, prefix => Assert.InRange(run.Counted(prefix.After).Count, 0, bound));
    });

    [Fact]
    public void EveryPrefix_Retiring_LeavesTheLastOfThePolicyOrWhatThereWas() => PropertyCheck.ForEachDestination(run =>
    {
        foreach (var prefix in run.Prefixes.Where(prefix => prefix.Step is UnlistStep))
        {
            var floor = Math.Min(run.Request.Retention.Last, run.Counted(prefix.Before).Count);
            Assert.True(run.Counted(prefix.After).Count >= floor - Room(prefix, run), "too few points are left");
        }

        var least = Math.Min(run.Request.Retention.Last, run.Counted(run.Before).Count);
        Assert.InRange(run.Counted(run.After).Count, least, int.MaxValue);
    });

    [Fact]
    public void Plan_UnlistedPoints_AreKeptByNoRule() => PropertyCheck.ForEachDestination(run =>
    {
        foreach (var prefix in run.Prefixes)
        {
            if (prefix.Step is UnlistStep { Point: var point })
            {
                // With DeleteFirst the point that needs the room is counted already.
                var counted = run.Counted(prefix.Before).Select(other => other.Id.Timestamp).ToList();
                counted.AddRange(ComingNext(prefix, run).Select(coming => coming.Id.Timestamp));
                Assert.False(IsKept(run.Request.Retention, counted, point.Id.Timestamp), $"{point.Name} is kept by a rule");
            }
        }
    });

    [Fact]
    public void Result_PointsInScope_AreAllKeptByARule() => PropertyCheck.ForEachCase(trial =>
    {
        // A VM that the filter excludes is left alone.
        foreach (var run in trial.Runs.Where(run => !run.IsRetiringStopped && trial.Request.Filter == VmFilter.All))
        {
            AssertAllKept(run);
        }
    });

    [Fact]
    public void Plan_PointsOfOtherJobsAndSchedules_AreNeverUnlisted() => PropertyCheck.ForEachDestination(run =>
        Assert.DoesNotContain(run.Plan.Steps, step => step is UnlistStep unlist && !run.IsInScope(unlist.Point)));
    [Fact]
    public void Plan_ProtectedPoints_AreNeverUnlisted() => PropertyCheck.ForEachDestination(run =>
        Assert.DoesNotContain(run.Plan.Steps, step => step is UnlistStep { Point.IsProtected: true }));

    [Fact]
    public void Plan_UnreadablePoints_AreNeverUnlisted() => PropertyCheck.ForEachDestination(run =>
        Assert.DoesNotContain(run.Prefixes, prefix => prefix.Step is UnlistStep unlist && !prefix.Before.IsRestorable(prefix.Before.Point(unlist.Point.Name)!)));

    [Fact]
    public void EveryPrefix_DeleteFirst_NeverUnlistsTheLastRestorablePoint() => PropertyCheck.ForEachCase(trial =>
    {
        if (trial.Request.Options.MayLeaveNoPoint)
        {
            return;
        }

        foreach (var prefix in trial.Runs.SelectMany(run => run.Prefixes).Where(prefix => prefix.Step is UnlistStep))
        {
            Assert.Contains(prefix.After.Points, prefix.After.IsRestorable);
        }
    });

    [Fact]
    public void Plan_Brake_IsRespected() => PropertyCheck.ForEachCase(trial =>
    {
        foreach (var run in trial.Runs)
        {
            var retired = run.Plan.Steps.OfType<UnlistStep>().Count(unlist => run.Before.Restorable(unlist.Point.Id) is not null);
            Assert.InRange(retired, 0, trial.Request.Options.MaxRetireCount ?? int.MaxValue);
            if (trial.Request.Options.MaxRetirePercent is { } percent)
            {
                var counted = run.Prefixes.SelectMany(prefix => run.Counted(prefix.After)).Concat(run.Counted(run.Before)).Select(point => point.Name).Distinct().Count();
                Assert.InRange(retired * 100, 0, percent * counted);
            }

            if (run.HasConflict(PlanConflictKind.RetirementBrake))
            {
                Assert.Equal(0, retired);
            }
        }
    });

    [Fact]
    public void Plan_TransferredPoints_AreNotUnlistedAgain() => PropertyCheck.ForEachCase(trial =>
    {
        foreach (var run in trial.Runs)
        {
            for (var i = 0; i < run.Plan.Steps.Length; i++)
            {
                if (run.Plan.Steps[i] is not UnlistStep unlist)
                {
                    continue;
                }

                var sent = run.Plan.Steps.Take(i).OfType<TransferStep>().Select(transfer => transfer.Written.Id).ToList();
                Assert.False(trial.Request.Options is { SkipSuperseded: true, AllowSyntheticKeys: true } && sent.Contains(unlist.Point.Id), $"{unlist.Point.Name} is sent in vain");
                Assert.False(trial.Request.Options is { DeleteFirst: false, AllowSyntheticKeys: true } && i > 0 && run.Plan.Steps[i - 1] is TransferStep just && just.Written.Id == unlist.Point.Id, $"{unlist.Point.Name} is retired by its own transfer");
            }
        }
    });

    private static void AssertAllKept(DestinationRun run)
    {
        var counted = run.Counted(run.After);
        var instants = counted.Select(point => point.Id.Timestamp).ToList();
        Assert.All(
            counted.Where(point => !point.IsProtected && run.After.PendingMerges.Count == 0),
            point => Assert.True(run.Request.Retention.Decide(instants).Any(verdict => verdict.IsKept && verdict.Timestamp == point.Id.Timestamp), $"{point.Name} stays though no rule keeps it"));
    }

    private static int Room(Prefix prefix, DestinationRun run) => ComingNext(prefix, run).Any() ? 1 : 0;

    /// <summary>The point whose transfer follows, with nothing but unlisting and tidying before it.</summary>
    private static IEnumerable<RestorePoint> ComingNext(Prefix prefix, DestinationRun run) => run.Prefixes
        .SkipWhile(other => other != prefix)
        .SkipWhile(other => other.Step is UnlistStep or DeleteStep or MergeStep or SkipStep)
        .Take(1)
        .Select(other => other.Step switch
        {
            TransferStep transfer when run.IsInScope(transfer.Written) => transfer.Written,
            ReplaceStep replace when run.IsInScope(replace.Written) => replace.Written,
            _ => null,
        })
        .OfType<RestorePoint>();

    private static int MostThatStay(RetentionPolicy policy) => policy.Rules.Sum(rule => rule.Count);

    private static bool IsKept(RetentionPolicy policy, List<long> instants, long instant) =>
        policy.Decide(instants).Where(verdict => verdict.Timestamp == instant).All(verdict => verdict.IsKept);
}
