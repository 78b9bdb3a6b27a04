using System.Collections.Immutable;
using MirrorBackup.Backups;
using MirrorBackup.Planning;

namespace MirrorBackup.Tests.Planning.Properties;

/// <summary>What is sent: everything that is new and stays, nothing else, and never more than Xen Orchestra would.</summary>
public sealed class DeliveryProperties
{
    [Fact]
    public void Result_NewestRestorablePointOfEachSourceJob_IsThereUnlessAConflictNamesIt() => PropertyCheck.ForEachCase(trial =>
    {
        foreach (var run in trial.Runs)
        {
            foreach (var point in NewestOfJobs(trial))
            {
                Assert.True(
                    run.After.Restorable(point.Id) is not null || run.IsNamedByAConflict(point.Id) || !run.WouldKeep(point.Id) || IsExcluded(trial, point) || HasNewerOfItsJob(run, point),
                    $"{point.Name} of {point.JobId} is missing, and nothing says why");
            }
        }
    });

    [Fact]
    public void Plan_NewPointThatIsNotSent_IsNamedWithAReasonThatIsTrue() => PropertyCheck.ForEachCase(trial =>
    {
        // A VM that the filter excludes is left alone.
        foreach (var run in trial.Runs.Where(run => !trial.World.Source.Points.TrueForAll(point => IsExcluded(trial, point))))
        {
            foreach (var point in NewPoints(run).Where(point => run.After.Restorable(point.Id) is null))
            {
                var skip = run.Plan.Steps.OfType<SkipStep>().FirstOrDefault(skip => skip.Point.Id == point.Id);
                Assert.True(skip is not null || run.IsNamedByAConflict(point.Id) || WasSentInBetween(run, point), $"{point.Name} is not sent, and nothing says why");
                if (skip?.Reason.Kind == StepReasonKind.Superseded)
                {
                    Assert.False(run.WouldKeep(point.Id), $"{point.Name} is left out as superseded, and would be kept beside what is there at the end");
                }
            }
        }
    });

    [Fact]
    public void Plan_Transfers_AreOfPointsNewerThanTheNewestInCommon() => PropertyCheck.ForEachDestination(run =>
    {
        foreach (var group in run.Source.Points.GroupBy(point => point.JobId))
        {
            // Of two points of one instant only one takes part, so that it says nothing of the other's job.
            var points = group.Where(point => run.Source.Points.Count(other => other.Id == point.Id) == 1).ToList();
            if (run.Source.Mode == BackupMode.Full)
            {
                // Without lineage time alone decides, also where a clock went back.
                points.Sort((left, right) => left.Id.CompareTo(right.Id));
            }

            var common = points.FindLastIndex(point => run.Before.Restorable(point.Id) is not null);
            foreach (var transfer in run.Plan.Steps.OfType<TransferStep>().Where(transfer => points.Contains(transfer.Point)))
            {
                Assert.True(points.IndexOf(transfer.Point) > common, $"{transfer.Point.Name} is older than the newest in common and is sent again");
            }
        }
    });

    [Fact]
    public void Plan_PointsThatTheFilterExcludes_AreNotSent() => PropertyCheck.ForEachCase(trial =>
    {
        foreach (var transfer in trial.Runs.SelectMany(run => run.Plan.Steps).OfType<TransferStep>())
        {
            Assert.False(IsExcluded(trial, transfer.Point), $"{transfer.Point.Name} is excluded and sent");
        }
    });

    [Fact]
    public void Plan_BytesWhereXenOrchestraWouldSucceed_AreNotMore() => PropertyCheck.ForEachCase(trial =>
    {
        foreach (var run in trial.Runs)
        {
            if (trial.Request.Filter == VmFilter.All && XenOrchestraRule.BytesToSend(run) is { } bytes)
            {
                Assert.InRange(run.Executor.BytesSent, 0, bytes);
            }
        }
    });

    [Fact]
    public void Plan_NoSyntheticKeysAllowed_NoDeltaIsSentAsAKey() => PropertyCheck.ForEachCase(trial =>
    {
        if (trial.Request.Options.AllowSyntheticKeys)
        {
            return;
        }

        foreach (var disk in trial.Runs.SelectMany(run => run.Plan.Steps).SelectMany(PlacementProperties.DisksOf).Where(disk => disk.IsKey))
        {
            var youngest = trial.World.Source.Revisions[disk.SourcePaths[^1]];
            Assert.False(youngest.Facts.IsDelta && !IsCollapsedRunOfNewPoints(trial, disk), $"{disk.TargetPath} is a synthetic key");
        }
    });

    [Fact]
    public void ReadOrder_OfEveryDestination_IsTheCommonOne() => PropertyCheck.ForEachCase(trial =>
    {
        Assert.Distinct(trial.Plan.ReadOrder);
        foreach (var run in trial.Runs)
        {
            var own = run.Plan.Steps.Select(step => step switch
            {
                TransferStep transfer => transfer.Point.Id,
                ReplaceStep replace => replace.Point.Id,
                _ => (PointId?)null,
            }).OfType<PointId>().ToList();
            Assert.Equal(own, trial.Plan.ReadOrder.Where(own.Contains));
        }
    });

    [Fact]
    public void Forecast_BytesToSend_AreThoseThatTheRunCounts() => PropertyCheck.ForEachDestination(run =>
    {
        var isExact = run.Plan.Steps.SelectMany(PlacementProperties.DisksOf).All(disk => !disk.IsCollapsed);
        Assert.InRange(run.Executor.BytesSent, 0, run.Plan.Forecast.BytesToSend);
        if (isExact)
        {
            Assert.Equal(run.Executor.BytesSent, run.Plan.Forecast.BytesToSend);
        }
        else
        {
            Assert.True(run.Plan.Forecast.IsUpperBound);
        }
    });

    [Fact]
    public void Forecast_PeakBytes_AreNeverExceeded() => PropertyCheck.ForEachDestination(run =>
        Assert.All(run.Prefixes, prefix => Assert.InRange(prefix.After.UsedBytes() - run.Before.UsedBytes(), long.MinValue, run.Plan.Forecast.PeakBytes)));

    [Fact]
    public void Forecast_BytesToFreeAndToMerge_AreNotLessThanTheRunCounts() => PropertyCheck.ForEachDestination(run =>
    {
        Assert.InRange(run.Executor.BytesFreed, 0, run.Plan.Forecast.BytesToFree);
        Assert.InRange(run.Executor.BytesMerged, 0, run.Plan.Forecast.BytesToMerge);
    });

    [Fact]
    public void Plan_SizeLimits_AreRespected() => PropertyCheck.ForEachDestination(run =>
        Assert.All(run.Plan.Steps.SelectMany(PlacementProperties.DisksOf), disk =>
        {
            Assert.InRange(disk.Form.Kind == StorageKind.Archive ? 0 : disk.VirtualSize, 0, run.Request.Profile.MaxVirtualSize ?? long.MaxValue);
            if (disk.Form.Kind != StorageKind.VhdDirectory && !disk.IsCollapsed)
            {
                Assert.InRange(disk.ByteCount, 0, run.Request.Profile.MaxFileLength ?? long.MaxValue);
            }
        }));

    /// <summary>
    /// What comes, in its job, by lineage and by time after every point that the destination can restore; of two points of one
    /// instant only one takes part.
    /// </summary>
    private static IEnumerable<RestorePoint> NewPoints(DestinationRun run)
    {
        foreach (var job in run.Source.Points.GroupBy(point => point.JobId))
        {
            var points = job.ToList();
            var common = points.FindLastIndex(point => run.Start.Restorable(point.Id) is not null);
            var newest = points.Where(point => run.Start.Restorable(point.Id) is not null).Select(point => (PointId?)point.Id).Max();
            foreach (var point in points.Skip(common + 1).Where(point => newest is null || point.Id > newest))
            {
                if (run.Source.Points.Count(other => other.Id == point.Id) == 1)
                {
                    yield return point;
                }
            }
        }
    }

    /// <summary>Without <see cref="PlanningOptions.SkipSuperseded"/> points come and go within one run.</summary>
    private static bool WasSentInBetween(DestinationRun run, RestorePoint point) =>
        run.Prefixes.Any(prefix => prefix.After.Restorable(point.Id) is not null);

    /// <summary>By lineage the last of each job; it must be the last by time as well, so that no rule of order is tested here.</summary>
    private static IEnumerable<RestorePoint> NewestOfJobs(Trial trial)
    {
        foreach (var group in trial.World.Source.Points.GroupBy(point => point.JobId))
        {
            var newest = group.LastOrDefault(trial.World.Source.IsRestorable);
            if (newest is not null && group.Where(trial.World.Source.IsRestorable).All(point => point.Id <= newest.Id))
            {
                yield return newest;
            }
        }
    }

    /// <summary>The source may have lost a newer point that the destination still has: what is older was retired there.</summary>
    private static bool HasNewerOfItsJob(DestinationRun run, RestorePoint point)
    {
        var job = run.Source.Points.FindAll(other => other.JobId == point.JobId);
        return job.Exists(other => (other.Id > point.Id || job.IndexOf(other) > job.IndexOf(point)) && run.Start.Restorable(other.Id) is not null);
    }

    private static bool IsExcluded(Trial trial, RestorePoint point)
    {
        var filter = trial.Request.Filter;
        var candidates = trial.World.Source.Mode == BackupMode.Full ? [point] : trial.World.Source.Points;
        return !candidates.Any(candidate =>
            (filter.IncludeTags.IsEmpty || candidate.VmTags.Intersect(filter.IncludeTags).Any())
            && !candidate.VmTags.Intersect(filter.ExcludeTags).Any());
    }

    /// <summary>Superseded points, keys among them, may be collapsed into the first that stays: that is a key by right.</summary>
    private static bool IsCollapsedRunOfNewPoints(Trial trial, DiskTransfer disk)
    {
        ImmutableArray<string> older = disk.SourcePaths[..^1];
        return trial.Request.Options.SkipSuperseded && !older.IsEmpty && older.All(trial.World.Source.IsListed);
    }
}
