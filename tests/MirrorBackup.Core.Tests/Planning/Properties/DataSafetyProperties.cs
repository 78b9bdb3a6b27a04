using MirrorBackup.Planning;

namespace MirrorBackup.Tests.Planning.Properties;

/// <summary>No prefix of any plan loses data: a run may be cut off after any step.</summary>
public sealed class DataSafetyProperties
{
    [Fact]
    public void EveryPrefix_Revisions_KeepTheirParents() => PropertyCheck.ForEachDestination(run =>
    {
        var orphans = Orphans(run.Before);
        foreach (var prefix in run.Prefixes)
        {
            Assert.Empty(Orphans(prefix.After).Except(orphans));
        }
    });

    [Fact]
    public void EveryPrefix_RestorablePointsThatStayListed_KeepTheirContent() => PropertyCheck.ForEachDestination(run =>
    {
        foreach (var prefix in run.Prefixes)
        {
            var after = prefix.After.Contents();
            foreach (var (name, content) in prefix.Before.Contents())
            {
                if (prefix.After.Point(name) is not null)
                {
                    Assert.Equal(content, after.GetValueOrDefault(name, $"{name} cannot be restored any more"));
                }
            }
        }
    });

    [Fact]
    public void EveryPrefix_OnlyUnlistStepsAndReplaceSteps_ChangeWhatIsListed() => PropertyCheck.ForEachDestination(run =>
    {
        foreach (var prefix in run.Prefixes)
        {
            var gone = prefix.Before.Points.Where(point => prefix.After.Point(point.Name) != point).Select(point => point.Name);
            string[] expected = prefix.Step switch
            {
                UnlistStep unlist => [unlist.Point.Name],
                ReplaceStep replace when replace.Listed != replace.Written => [replace.Listed.Name],
                _ => [],
            };
            Assert.Empty(gone.Except(expected));
        }
    });

    [Fact]
    public void EveryPrefix_TransferredPoints_HoldWhatTheGuestHadWritten() => PropertyCheck.ForEachCase(trial =>
    {
        foreach (var prefix in trial.Runs.SelectMany(run => run.Prefixes))
        {
            if (prefix.Step is TransferStep { Written: var written })
            {
                Assert.All(written.Disks, disk =>
                    Assert.Equal<int>(trial.World.Truth[prefix.After.Revisions[disk.Path].Facts.Id], prefix.After.View(disk.Path)!.Value));
            }
        }
    });

    [Fact]
    public void Plan_BrokenListedRevisions_AreOnlyReplaced() => PropertyCheck.ForEachDestination(run =>
    {
        foreach (var prefix in run.Prefixes)
        {
            foreach (var point in prefix.Before.Points.Where(point => !prefix.Before.IsRestorable(point)))
            {
                var healed = prefix.Step is ReplaceStep replace ? replace.Disks.Select(disk => disk.TargetPath).ToList() : [];
                foreach (var disk in point.Disks.Where(disk => prefix.Before.Revisions.ContainsKey(disk.Path) && !healed.Contains(disk.Path)))
                {
                    var revision = prefix.Before.Revisions[disk.Path];
                    var isFolded = prefix.Step is MergeStep or ResumeMergeStep && revision.Facts.IsReadable;
                    Assert.True(isFolded || prefix.After.Revisions.GetValueOrDefault(disk.Path) == revision, $"{disk.Path} of the broken {point.Name} was touched");
                }
            }
        }
    });

    [Fact]
    public void Plan_BrokenListedPoints_StayListed() => PropertyCheck.ForEachDestination(run =>
        Assert.All(
            run.Before.Points.Where(point => !run.Before.IsRestorable(point) && !run.Prefixes.Any(prefix => prefix.After.Restorable(point.Id) is not null)),
            point => Assert.Contains(run.After.Points, left => left.Id == point.Id)));

    [Fact]
    public void Plan_DoubtAboutWhatIsNeeded_NothingIsRetired() => PropertyCheck.ForEachDestination(run =>
    {
        if (run.Before.Problems.Exists(problem => problem.PreventsRetiring))
        {
            Assert.DoesNotContain(run.Plan.Steps, step => step is UnlistStep or MergeStep or DeleteStep);
            Assert.All(run.Before.Revisions.Keys, path => Assert.True(run.After.Revisions.ContainsKey(path) || IsResumed(run, path), path));
        }
    });

    [Fact]
    public void Plan_MergeThatCannotBeFinished_ItsRevisionsAreNotTouched() => PropertyCheck.ForEachDestination(run =>
    {
        foreach (var merge in run.Before.PendingMerges.Where(merge => merge is { Survivor: null, IsLeftover: false }))
        {
            Assert.True(run.HasConflict(PlanConflictKind.PendingMerge));
            Assert.Contains(run.After.PendingMerges, pending => pending == merge);
            Assert.All(
                merge.Paths.Where(run.Before.Revisions.ContainsKey),
                path => Assert.Equal(run.Before.Revisions[path], run.After.Revisions.GetValueOrDefault(path)));
        }
    });

    [Fact]
    public void Plan_MergeWhoseAncestorIsListed_IsNotResumed() => PropertyCheck.ForEachDestination(run =>
        Assert.DoesNotContain(run.Plan.Steps, step =>
            step is ResumeMergeStep { Merge: { IsLeftover: false } merge } && merge.Paths.SkipLast(1).Any(run.Before.IsListed)));

    [Fact]
    public void Plan_ResumedMerges_ComeFirst() => PropertyCheck.ForEachDestination(run =>
        Assert.DoesNotContain(run.Plan.Steps.SkipWhile(step => step is ResumeMergeStep), step => step is ResumeMergeStep));

    private static bool IsResumed(DestinationRun run, string path) =>
        run.Plan.Steps.Any(step => step is ResumeMergeStep resume && resume.Merge.Paths.Contains(path));

    private static HashSet<string> Orphans(SimulatedRepository repository) =>
        [.. repository.Revisions.Values.Where(revision => revision.Facts.IsDelta && repository.ParentOf(revision) is null).Select(revision => revision.Path)];
}
