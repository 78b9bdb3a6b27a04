using MirrorBackup.Backups;
using MirrorBackup.Planning;

namespace MirrorBackup.Tests.Planning.Properties;

/// <summary>Where things are written, and under which names.</summary>
public sealed class PlacementProperties
{
    [Fact]
    public void Transfer_Delta_LiesBesideItsParentAndSortsAfterIt() => PropertyCheck.ForEachDestination(run =>
    {
        foreach (var disk in Written(run).Where(disk => disk.ParentPath is not null))
        {
            Assert.Equal(RepositoryRules.Folder(disk.ParentPath!), RepositoryRules.Folder(disk.TargetPath));
            Assert.True(string.CompareOrdinal(RepositoryRules.FileStem(disk.ParentPath!), RepositoryRules.FileStem(disk.TargetPath)) < 0, $"{disk.TargetPath} sorts before its parent");
        }
    });

    [Fact]
    public void Transfer_Key_LiesInTheFolderOfTheJob() => PropertyCheck.ForEachDestination(run =>
    {
        var replaced = run.Plan.Steps.OfType<ReplaceStep>().SelectMany(replace => replace.Listed.Disks.Select(disk => disk.Path)).ToHashSet();
        foreach (var disk in Written(run).Where(disk => disk.IsKey && !replaced.Contains(disk.TargetPath)))
        {
            var folder = disk.Form.Kind == StorageKind.Archive ? "" : $"vdis/{HistoryWorld.MirrorJobId}/{disk.Disk}";
            Assert.Equal(folder, RepositoryRules.Folder(disk.TargetPath));
        }
    });

    [Fact]
    public void Transfer_EveryDisk_IsWrittenInTheFormOfTheDestination() => PropertyCheck.ForEachDestination(run =>
        Assert.All(Written(run), disk =>
        {
            Assert.Equal(run.Before.Mode == BackupMode.Full ? StorageForm.Archive : run.Request.Profile.Form, disk.Form);
            Assert.EndsWith(disk.Form.Kind switch { StorageKind.Archive => ".xva", StorageKind.VhdFile => ".vhd", _ => ".alias.vhd" }, disk.TargetPath, StringComparison.Ordinal);
            Assert.Equal(disk.Form.Kind == StorageKind.VhdDirectory, disk.TargetPath.EndsWith(".alias.vhd", StringComparison.Ordinal));
        }));

    [Fact]
    public void EveryPrefix_WrittenDeltas_AreTheOnlyChildOfTheirParent() => PropertyCheck.ForEachDestination(run =>
    {
        foreach (var prefix in run.Prefixes)
        {
            foreach (var disk in DisksOf(prefix.Step).Where(disk => disk.ParentPath is not null))
            {
                Assert.Single(prefix.After.ChildrenOf(disk.ParentPath!));
            }
        }
    });

    [Fact]
    public void EveryPrefix_MissingParents_AreNotReplacedByOthers() => PropertyCheck.ForEachDestination(run =>
    {
        foreach (var prefix in run.Prefixes)
        {
            foreach (var disk in DisksOf(prefix.Step))
            {
                Assert.All(
                    prefix.Before.ChildrenOf(disk.TargetPath).Where(child => prefix.Before.ParentOf(child) is null),
                    orphan => Assert.Equal(orphan.Facts.ParentId, disk.RevisionId));
            }
        }
    });

    [Fact]
    public void EveryPrefix_NoFolder_GetsASecondRevisionWithOneId() => PropertyCheck.ForEachDestination(run =>
    {
        // A revision that is healed in another form lies beside its old file until the end. Where nothing may be removed, what an earlier run left must stay beside its new copy.
        var known = run.HasConflict(PlanConflictKind.RetiringBlocked) ? Doubles(run.After) : Doubles(run.Before);
        Assert.All(run.Prefixes, prefix => Assert.Empty(Doubles(prefix.After).Except(known)));
    });

    [Fact]
    public void Transfer_Names_AreInstantsThatAreFreeAndNotBeforeTheirTime() => PropertyCheck.ForEachDestination(run =>
    {
        foreach (var prefix in run.Prefixes)
        {
            if (prefix.Step is not TransferStep { Written: var written })
            {
                continue;
            }

            Assert.Matches("^[0-9]{8}T[0-9]{6}Z$", written.Name);
            var earliest = DateTimeOffset.FromUnixTimeMilliseconds(written.Id.Timestamp).ToString(RepositoryRules.NameFormat, System.Globalization.CultureInfo.InvariantCulture);
            Assert.True(string.CompareOrdinal(written.Name, earliest) >= 0, $"{written.Name} is before its instant");
            Assert.DoesNotContain(written.Name + ".json", prefix.Before.ReservedPaths);
            Assert.Null(prefix.Before.Point(written.Name));
            Assert.Equal(HistoryWorld.MirrorJobId, written.JobId);
            Assert.Equal(HistoryWorld.ScheduleId, written.ScheduleId);
            Assert.All(DisksOf(prefix.Step), disk => Assert.Equal(written.Name, RepositoryRules.FileStem(disk.TargetPath)));
        }
    });

    [Fact]
    public void Plan_Points_AreListedOnce() => PropertyCheck.ForEachDestination(run =>
        Assert.All(
            run.Plan.Steps.OfType<TransferStep>(),
            transfer => Assert.Single(run.After.Points.Concat(Unlisted(run)).DistinctBy(point => point.Name), point => point.Id == transfer.Written.Id)));

    [Fact]
    public void Plan_Merges_AreOnePerSurvivor() => PropertyCheck.ForEachDestination(run =>
        Assert.Distinct(run.Plan.Steps.OfType<MergeStep>().Select(merge => merge.Into.Name)));

    [Fact]
    public void Plan_FullMode_NeedsNoMerge() => PropertyCheck.ForEachDestination(run =>
    {
        if (run.Before.Mode == BackupMode.Full)
        {
            Assert.DoesNotContain(run.Plan.Steps, step => step is MergeStep);
            Assert.All(Written(run), disk => Assert.False(disk.IsCollapsed));
        }
    });

    internal static IEnumerable<DiskTransfer> DisksOf(MirrorStep step) => step switch
    {
        TransferStep transfer => transfer.Disks,
        ReplaceStep replace => replace.Disks,
        _ => [],
    };

    private static IEnumerable<RestorePoint> Unlisted(DestinationRun run) => run.Plan.Steps.OfType<UnlistStep>().Select(unlist => unlist.Point);

    private static IEnumerable<DiskTransfer> Written(DestinationRun run) => run.Plan.Steps.SelectMany(DisksOf);

    private static HashSet<string> Doubles(SimulatedRepository repository) =>
        [.. repository.Revisions.Values.Where(revision => revision.Facts.IsReadable).GroupBy(revision => $"{revision.Facts.Directory} {revision.Facts.Id} {revision.Facts.Form}").Where(group => group.Count() > 1).Select(group => group.Key)];
}
