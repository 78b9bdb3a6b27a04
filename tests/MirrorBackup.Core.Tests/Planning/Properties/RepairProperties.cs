using MirrorBackup.Backups;
using MirrorBackup.Planning;

namespace MirrorBackup.Tests.Planning.Properties;

/// <summary>
/// The cases of the generator, with more damage at the end and a source that keeps more, planned by a job that repairs or by one that does not.
/// </summary>
public sealed class RepairProperties
{
    // What is lost, in turn: the data of a revision, its file, what its header says.
    private static readonly int[] s_losses = [2, 1, 14, 3];

    [Fact]
    public void Repair_EveryBrokenPointThatTheJobCounts_CanBeRestoredOrThePlanSaysWhyNot() => ForEach((trial, run) =>
    {
        // Of two listings of one instant one is enough, and it may be retired again by the end.
        foreach (var point in Broken(run, run.Start).Where(point => !run.Prefixes.Any(prefix => prefix.After.Restorable(point.Id) is not null)))
        {
            var skip = run.Plan.Steps.OfType<SkipStep>().FirstOrDefault(skip => skip.Point.Id == point.Id);
            Assert.True(skip is not null || run.IsNamedByAConflict(point.Id), $"{point.Name} is broken, and nothing says why it stays so");
            Assert.True(
                skip is null || skip.Reason.Kind == StepReasonKind.ExcludedByFilter || !run.WouldKeep(point.Id), $"{point.Name} is skipped, and the retention would keep it");
        }
    });

    [Fact]
    public void Repair_WhatTheSourceCanRestoreItself_IsNeverNamedAsMissingThere() => ForEach((trial, run) =>
    {
        foreach (var conflict in run.Plan.Conflicts.Where(conflict => conflict.Kind == PlanConflictKind.NotOnSource))
        {
            Assert.All(conflict.Points, point => Assert.DoesNotContain(run.Source.Points, onSource => onSource.Id == point));
            Assert.All(conflict.Points, point => Assert.Null(run.After.Restorable(point)));
            Assert.NotEmpty(conflict.Points);
            Assert.NotEmpty(conflict.Paths);
        }
    });

    [Fact]
    public void Repair_EveryPrefix_NothingReadableBecomesUnreadableOrIsWrittenOver() => ForEach((trial, run) =>
    {
        foreach (var prefix in run.Prefixes)
        {
            var after = prefix.After.Contents();
            foreach (var (name, content) in prefix.Before.Contents().Where(entry => prefix.After.Point(entry.Key) is not null))
            {
                Assert.Equal(content, after.GetValueOrDefault(name, $"{name} cannot be restored any more"));
            }

            if (prefix.Step is ReplaceStep replace)
            {
                Assert.Null(prefix.Before.Restorable(replace.Listed.Id));
                Assert.All(replace.Disks, disk => Assert.Null(prefix.Before.View(disk.TargetPath)));
            }
        }
    });

    [Fact]
    public void Repair_PlannedAgain_RepairsNothingMore() => ForEach((trial, run) =>
    {
        if (run.HasConflict(PlanConflictKind.NotEnoughSpace) || run.HasConflict(PlanConflictKind.MissingParent) || run.HasConflict(PlanConflictKind.SourceGap))
        {
            // What the first run removed may have made room for more (docs/planning.md, "Rest").
            return;
        }

        var index = trial.Runs.IndexOf(run);
        var again = MirrorPlanner.Plan(trial.Request with { Destinations = [trial.World.RequestOf(index, run.After)] }).Destinations[0];
        Assert.DoesNotContain(again.Steps.OfType<ReplaceStep>(), step => step.Reason.Kind == StepReasonKind.Repair);
    });

    [Fact]
    public void NoRepair_OlderDamage_IsInNoStepAndNoConflict() => PropertyCheck.ForEachHistory((mirrorCase, _) =>
    {
        var trial = With(mirrorCase, repairs: false);
        foreach (var run in trial.Runs)
        {
            Assert.DoesNotContain(run.Plan.Steps, step => step.Reason.Kind == StepReasonKind.Repair);
            Assert.False(run.HasConflict(PlanConflictKind.NotOnSource));
        }
    });

    [Fact]
    public void Repair_NothingBrokenThatTheJobCounts_IsThePlanWithoutIt() => PropertyCheck.ForEachHistory((mirrorCase, _) =>
    {
        var (with, without) = (With(mirrorCase, repairs: true), With(mirrorCase, repairs: false));
        foreach (var (run, plain) in with.Runs.Zip(without.Runs))
        {
            if (Broken(run, run.Start).Count == 0)
            {
                Assert.Equal(plain.Plan.Steps.Select(PlanDump.Of), run.Plan.Steps.Select(PlanDump.Of));
            }
        }
    });

    [Fact]
    public void Cases_AmongAThousand_ManyRepairAndSomeCannot()
    {
        var (repairs, collapsed, missing) = (0, 0, 0);
        ForEach((_, run) =>
        {
            var steps = run.Plan.Steps.OfType<ReplaceStep>().Where(step => step.Reason.Kind == StepReasonKind.Repair).ToList();
            repairs += steps.Count;
            collapsed += steps.Count(step => step.Disks.Any(disk => disk.IsCollapsed));
            missing += run.HasConflict(PlanConflictKind.NotOnSource) ? 1 : 0;
        });
        Assert.True(repairs >= 25 && collapsed >= 3 && missing >= 50, $"{repairs} repairs, {collapsed} of them collapsed, {missing} runs with a point that the source lacks");
    }

    private static void ForEach(Action<Trial, DestinationRun> property) => PropertyCheck.ForEachHistory((mirrorCase, _) =>
    {
        var trial = With(mirrorCase, repairs: true);
        foreach (var run in trial.Runs)
        {
            try
            {
                property(trial, run);
            }
            catch (Exception failure) when (failure is not InvalidOperationException)
            {
                throw new InvalidOperationException($"{failure.Message}\n{run.Plan.Explain()}", failure);
            }
        }
    });

    private static Trial With(MirrorCase mirrorCase, bool repairs)
    {
        var damage = Enumerable.Range(0, 3 * mirrorCase.Settings.Destinations.Length).Select(i => new HistoryOp(
            HistoryAct.DamageDestination, i, ((mirrorCase.History.Length * 7) + (i * 13)) % 64, s_losses[(mirrorCase.History.Length + i) % s_losses.Length], 0));
        var settings = mirrorCase.Settings;
        return new Trial(mirrorCase with
        {
            History = [.. mirrorCase.History, .. damage],
            Settings = settings with { SourceKeep = settings.SourceKeep + 4, Filter = VmFilter.All, Options = settings.Options with { Repair = repairs } },
        });
    }

    /// <summary>The points that the retention counts and that cannot be restored.</summary>
    private static List<RestorePoint> Broken(DestinationRun run, SimulatedRepository repository) =>
        repository.Points.FindAll(point => run.IsInScope(point) && repository.Restorable(point.Id) is null);
}
