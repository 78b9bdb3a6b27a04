using MirrorBackup.Backups;
using MirrorBackup.Planning;

namespace MirrorBackup.Tests.Planning.Properties;

/// <summary>A plan is a function of its request, says what it leads to, and leads to rest.</summary>
public sealed class DeterminismProperties
{
    [Fact]
    public void Plan_AgainAfterTheRun_IsEmpty() => PropertyCheck.ForEachCase(trial =>
    {
        for (var i = 0; i < trial.Runs.Length; i++)
        {
            var run = trial.Runs[i];
            // A share, and free space, are others after a run. Where the retention lets the last point of one of several source jobs
            // go, what that job has before it counts as new again: it may be the oldest of a period, or a broken point to heal.
            var isPlain = run.Request.Retention.Rules.Length == 1 && run.Before.Points.TrueForAll(run.Before.IsRestorable);
            var returns = !isPlain && trial.World.Source.Points.DistinctBy(point => point.JobId).Count() > 1;
            if (run.HasConflict(PlanConflictKind.RetirementBrake) || run.Request.Profile.FreeBytes is not null || returns)
            {
                continue;
            }

            var request = trial.Request with { Destinations = [trial.World.RequestOf(i, run.After)] };
            var again = MirrorPlanner.Plan(request).Destinations[0];
            Assert.True(again.IsEmpty, $"{run.Plan.Name} first:\n{run.Plan.Explain()}\nthen:\n{PlanDump.Of(again)}");
        }
    });

    [Fact]
    public void Plan_SameInputInAnyOrder_IsTheSame() => PropertyCheck.ForEachCase(trial =>
    {
        var shuffled = MirrorPlanner.Plan(trial.World.Request(shuffle: 77));
        Assert.Equal(trial.Plan.Destinations.Select(PlanDump.Of), shuffled.Destinations.Select(PlanDump.Of));
        Assert.Equal(trial.Plan.ToJson(), shuffled.ToJson());
        Assert.Equal(trial.Plan.Explain(), shuffled.Explain());
        Assert.Equal<PointId>(trial.Plan.ReadOrder, shuffled.ReadOrder);
    });

    [Fact]
    public void Plan_EachDestination_IsWhatItIsAlone() => PropertyCheck.ForEachCase(trial =>
    {
        foreach (var run in trial.Runs)
        {
            var alone = MirrorPlanner.Plan(trial.Request with { Destinations = [run.Request] });
            Assert.Equal(PlanDump.Of(run.Plan), PlanDump.Of(alone.Destinations[0]));
        }
    });

    [Fact]
    public void Plan_OrderOfDestinations_DoesNotMatter() => PropertyCheck.ForEachCase(trial =>
    {
        var reversed = MirrorPlanner.Plan(trial.Request with { Destinations = [.. trial.Request.Destinations.Reverse()] });
        Assert.Equal(trial.Plan.Destinations.Select(PlanDump.Of).Reverse(), reversed.Destinations.Select(PlanDump.Of));
        Assert.Equal(trial.Plan.ReadOrder.ToHashSet(), reversed.ReadOrder.ToHashSet());
    });

    [Fact]
    public void Result_IsWhatTheRunLeaves() => PropertyCheck.ForEachDestination(run =>
        Assert.Equal(PlanDump.Of(run.After.ToChain(), withBytes: false), PlanDump.Of(run.Plan.Result, withBytes: false)));

    [Fact]
    public void Apply_OfEveryPrefix_IsWhatTheRunLeaves() => PropertyCheck.ForEachDestination(run =>
    {
        var chain = run.Plan.Before;
        foreach (var prefix in run.Prefixes)
        {
            chain = MirrorPlanner.Apply(chain, prefix.Step);
            Assert.Equal(PlanDump.Of(prefix.After.ToChain(), withBytes: false), PlanDump.Of(chain, withBytes: false));
        }
    });

    [Fact]
    public void Fingerprint_OfTheSameCatalogues_IsTheSame() => PropertyCheck.ForEachCase(trial =>
    {
        var shuffled = MirrorPlanner.Plan(trial.World.Request(shuffle: 1234) with { Now = trial.Request.Now.AddDays(1) });
        Assert.Equal(trial.Plan.Destinations.Select(plan => plan.Fingerprint), shuffled.Destinations.Select(plan => plan.Fingerprint));
        trial.Plan.EnsureCurrent(trial.World.Request(shuffle: 99));
    });

    [Fact]
    public void Fingerprint_AfterARunThatDidSomething_IsAnother() => PropertyCheck.ForEachCase(trial =>
    {
        for (var i = 0; i < trial.Runs.Length; i++)
        {
            if (trial.Runs[i].Plan.IsEmpty)
            {
                continue;
            }

            var request = trial.Request with { Destinations = trial.Request.Destinations.SetItem(i, trial.World.RequestOf(i, trial.Runs[i].After)) };
            Assert.Throws<PlanStaleException>(() => trial.Plan.EnsureCurrent(request));
        }
    });

    [Fact]
    public void Plan_PrefixThenPlanningAgain_LeadsToTheNewestPoints() => PropertyCheck.ForEachCase(trial =>
    {
        var run = trial.Runs[0];
        if (run.Prefixes.Count < 2)
        {
            return;
        }

        // The run is cut off in the middle; the next one must be able to go on.
        var middle = run.Prefixes[run.Prefixes.Count / 2].After;
        var request = trial.World.RequestOf(0, middle);
        var plan = MirrorPlanner.Plan(trial.Request with { Destinations = [request] }).Destinations[0];
        var next = new DestinationRun(trial.World, middle, request, plan);
        foreach (var (name, content) in middle.Contents())
        {
            Assert.True(next.After.Point(name) is null || next.After.Contents().GetValueOrDefault(name) == content, $"{name} lost its content");
        }

        if (run.Plan.Conflicts.IsEmpty && trial.Request.Options is { MaxRetireCount: null, MaxRetirePercent: null } && request.Profile.FreeBytes is null)
        {
            var newest = run.After.Points.FindAll(run.After.IsRestorable).MaxBy(point => point.Id);
            Assert.True(newest is null || next.After.Restorable(newest.Id) is not null, $"{newest?.Name} is not there after a run that was cut off and another");
        }
    });
}
