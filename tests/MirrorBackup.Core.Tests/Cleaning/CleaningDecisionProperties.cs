using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;
using MirrorBackup.Backups;
using MirrorBackup.Repositories.Cleaning;

namespace MirrorBackup.Tests.Cleaning;

/// <summary>What holds for every decision, whatever lies in the folder of a VM.</summary>
public sealed class CleaningDecisionProperties
{
    private static readonly Gen<DrawnVm> s_vms =
        from count in Gen.Choose(0, 9)
        from disks in Gen.CollectToList(Enumerable.Range(0, count), Disk)
        from unreadable in Gen.Frequency((9, Gen.Constant(false)), (1, Gen.Constant(true)))
        select new DrawnVm([.. disks], unreadable);

    [Fact]
    public void Decide_Removal_NeverTakesWhatIsNeeded() => Hold(static vm =>
    {
        var needed = vm.Needed();

        Assert.DoesNotContain(Removed(vm, []), needed.Contains);
    });

    [Fact]
    public void Decide_Removal_LeavesEveryRestorablePointRestorable() => Hold(static vm =>
    {
        var before = Restorable(vm, []);
        var gone = CleanUp(vm);

        Assert.Equal(before, Restorable(vm, gone));
    });

    [Fact]
    public void Decide_RemovedUntilNothingIsLeftToRemove_TakesFewRounds() => Hold(static vm =>
    {
        var gone = CleanUp(vm);

        Assert.Empty(Removed(vm, gone));
    });

    [Fact]
    public void Decide_DoubtOfAnyKind_TakesNothing() => Hold(static vm =>
    {
        foreach (var path in Removed(vm, []).Where(static path => !path.EndsWith(".merge.json", StringComparison.Ordinal)))
        {
            var disk = vm.Disks[int.Parse(Path.GetFileNameWithoutExtension(path), System.Globalization.CultureInfo.InvariantCulture)];
            Assert.False(vm.HasUnreadableMetadata || disk.IsYoung || disk.IsListed || disk.IsInStaleState || disk.Damage == DrawnDamage.Doubtful);
            Assert.All(vm.Disks.Where(other => other.Folder == disk.Folder && other.IsListed), static other => Assert.True(other is { IsMissing: false, Damage: DrawnDamage.None }));
        }
    });

    [Fact]
    public void Decide_HealthyVmWithOldOrphans_TakesThemAll() => Hold(static drawn =>
    {
        // Keys only, so that nothing stands on anything.
        var vm = drawn with
        {
            HasUnreadableMetadata = false,
            Disks = [.. drawn.Disks.Select(static disk => disk with { Parent = -1, Damage = DrawnDamage.None, IsMissing = false, IsYoung = false, IsInStaleState = false })],
        };
        var orphans = Enumerable.Range(0, vm.Disks.Length).Where(disk => !vm.Disks[disk].IsListed).Select(vm.PathOf);

        Assert.Equal(vm.Disks.Any(static disk => disk.IsListed) ? orphans.Order() : [], Removed(vm, []).Order());
    });

    [Fact]
    public void Decide_TheSameTwice_IsTheSame() => Hold(static vm =>
        Assert.Equal(CleaningDecision.Decide(vm.Snapshot(static _ => false), DrawnVm.Rules), CleaningDecision.Decide(vm.Snapshot(static _ => false), DrawnVm.Rules)));

    private static Gen<DrawnDisk> Disk(int number) =>
        from folder in Gen.Frequency((3, Gen.Constant("a")), (1, Gen.Constant("b")))
        from parent in Gen.Frequency((1, Gen.Constant(-1)), (4, Gen.Choose(-1, number - 1)), (4, Gen.Constant(number - 1)))
        from isListed in Gen.Elements(true, true, false)
        from damage in Gen.Frequency((20, Gen.Constant(DrawnDamage.None)), (2, Gen.Constant(DrawnDamage.Proven)), (1, Gen.Constant(DrawnDamage.Doubtful)))
        from isMissing in Gen.Frequency((15, Gen.Constant(false)), (1, Gen.Constant(true)))
        from isYoung in Gen.Frequency((4, Gen.Constant(false)), (1, Gen.Constant(true)))
        from isInStaleState in Gen.Frequency((9, Gen.Constant(false)), (1, Gen.Constant(true)))
        select new DrawnDisk(folder, Math.Max(-1, parent), isListed, damage, isMissing, isYoung, isInStaleState);

    private static ImmutableArray<string> Removed(DrawnVm vm, HashSet<string> gone) =>
    [
        .. CleaningSteps.NextOf(CleaningDecision.Decide(vm.Snapshot(gone.Contains), DrawnVm.Rules))
            .Where(static finding => finding.Remedy == CleaningRemedy.Remove).Select(static finding => finding.Path),
    ];

    private static HashSet<string> CleanUp(DrawnVm vm)
    {
        var gone = new HashSet<string>();
        for (var round = 0; round < 4 && Removed(vm, gone) is { IsEmpty: false } more; round++)
        {
            gone.UnionWith(more);
        }

        return gone;
    }

    private static string[] Restorable(DrawnVm vm, HashSet<string> gone)
    {
        var chain = vm.Snapshot(gone.Contains).Catalogue.Chain(BackupMode.Incremental);
        return [.. chain.Points.Where(chain.IsRestorable).Select(static point => point.Name)];
    }

    private static void Hold(Action<DrawnVm> property)
    {
        var config = Config.QuickThrowOnFailure
            .WithMaxTest(2000)
            .WithQuietOnSuccess(true)
            .WithReplay(FSharpOption<Replay>.Some(new Replay(new Rnd(20260105, 1), FSharpOption<int>.None)));
        Check.One(config, Prop.ForAll(s_vms.ToArbitrary(), property));
    }
}
