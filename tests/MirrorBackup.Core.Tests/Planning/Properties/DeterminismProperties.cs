using MirrorBackup.Backups;
using MirrorBackup.Planning;

namespace MirrorBackup.Tests.Planning.Properties;

/// <summary>A plan is a function of its request, says what it leads to, and leads to rest.</summary>
public sealed class DeterminismProperties
{
    /// <summary>How many runs come to rest where the first one is not complete.</summary>
    private const int MostRuns = 4;

    [Fact]
    public void Plan_AgainAfterTheRun_IsEmpty() => PropertyCheck.ForEachCase(trial =>
    {
        for (var i = 0; i < trial.Runs.Length; i++)
        {
            var run = trial.Runs[i];
            var brought = new HashSet<PointId>();
            var story = new System.Text.StringBuilder();
            for (var count = 1; ; count++)
            {
                story.AppendLine($"run {count}:").AppendLine(PlanDump.Of(run.Plan)).AppendLine(run.Plan.Explain());
                foreach (var transfer in run.Plan.Steps.OfType<TransferStep>())
                {
                    Assert.True(brought.Add(transfer.Point.Id), $"{transfer.Point.Name} is sent again\n{story}");
                }

                var again = Again(trial, run, i);
                var isEmpty = again.Plan.IsEmpty;
                Assert.Equal(run.HasConflict(PlanConflictKind.RetirementBrake), again.HasConflict(PlanConflictKind.RetirementBrake));
                if (isEmpty)
                {
                    break;
                }

                Assert.True(
                    MayGoOn(run) && count < MostRuns,
                    $"{story}then:\n{PlanDump.Of(again.Plan)}");
                run = again;
            }
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
            // Where the source has lost what the point stands on, only the destination's copy of it made it possible.
            var newest = run.After.Points.FindAll(run.After.IsRestorable).MaxBy(point => point.Id);
            var isAlone = newest is not null && run.Source.Points.Exists(point => point.Id == newest.Id) && run.Source.Restorable(newest.Id) is null;
            Assert.True(
                newest is null
                || next.After.Restorable(newest.Id) is not null
                || (isAlone && next.IsNamedByAConflict(newest.Id))
                || (!trial.Request.Options.AllowSyntheticKeys && TookTheParent(run, next, newest)),
                $"{newest?.Name} is not there after a run that was cut off and another:\n{PlanDump.Of(plan)}\n{plan.Explain()}");
        }
    });

    /// <summary>
    /// A plan that says that space or a parent is missing is not complete: what its run removes may help the next one. So may the
    /// child that it removes from a parent, where the source has a gap above it. And where a point goes that the source cannot restore,
    /// an older one may become the newest restorable point of its job.
    /// </summary>
    private static bool MayGoOn(DestinationRun run) =>
        run.HasConflict(PlanConflictKind.NotEnoughSpace)
        || run.HasConflict(PlanConflictKind.MissingParent)
        || (run.HasConflict(PlanConflictKind.SourceGap) && FreesAParent(run))
        || run.Plan.Steps.OfType<UnlistStep>().Any(unlist =>
            run.Source.Points.Exists(point => point.Id == unlist.Point.Id) && run.Source.Restorable(unlist.Point.Id) is null);

    /// <summary>Whether the run removes what stood on a revision that stays, which takes one child alone.</summary>
    private static bool FreesAParent(DestinationRun run) => run.Plan.Steps.OfType<DeleteStep>().SelectMany(delete => delete.Paths).Any(path =>
        run.Start.Revisions.GetValueOrDefault(path)?.ParentPath is { } parent && run.After.Revisions.ContainsKey(parent));

    /// <summary>
    /// Whether the cut left unlisted what the plan would have sent a point on. Where collapsed keys are forbidden, that one may be older
    /// than the newest point in common, and then it counts as retired and is not sent again.
    /// </summary>
    private static bool TookTheParent(DestinationRun run, DestinationRun next, RestorePoint point) =>
        next.Plan.Conflicts.Any(conflict => conflict.Kind == PlanConflictKind.MissingParent && conflict.Points.Contains(point.Id))
        && run.Plan.Steps.OfType<TransferStep>().Where(transfer => transfer.Point.Id == point.Id).SelectMany(transfer => transfer.Disks).Any(disk =>
            disk.ParentPath is { } parent && next.Before.Revisions.ContainsKey(parent) && !next.Before.IsListed(parent));

    /// <summary>The next run of the same job, with what its space has become.</summary>
    private static DestinationRun Again(Trial trial, DestinationRun run, int index)
    {
        var request = trial.World.RequestOf(index, run.After);
        if (run.Request.Profile.FreeBytes is { } free)
        {
            request = request with { Profile = request.Profile with { FreeBytes = free - run.After.UsedBytes() + run.Before.UsedBytes() } };
        }

        var plan = MirrorPlanner.Plan(trial.Request with { Destinations = [request] }).Destinations[0];
        return new DestinationRun(trial.World, run.After, request, plan);
    }
}
