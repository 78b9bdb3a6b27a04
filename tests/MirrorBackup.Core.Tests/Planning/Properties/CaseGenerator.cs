using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using MirrorBackup.Backups;
using MirrorBackup.Planning;
using MirrorBackup.Retention;

namespace MirrorBackup.Tests.Planning.Properties;

/// <summary>Makes cases: most of them near to what happens every night, some of them strange.</summary>
internal static class CaseGenerator
{
    private static readonly Gen<HistoryAct> Acts = Gen.Frequency(
        (20, Gen.Constant(HistoryAct.Backup)),
        (8, Gen.Constant(HistoryAct.Mirror)),
        (2, Gen.Constant(HistoryAct.ChangeDisks)),
        (2, Gen.Constant(HistoryAct.DamageSource)),
        (2, Gen.Constant(HistoryAct.DamageDestination)),
        (2, Gen.Constant(HistoryAct.Crash)),
        (1, Gen.Constant(HistoryAct.Disturb)));

    private static readonly Gen<HistoryOp> Ops =
        from act in Acts
        from place in Gen.Choose(0, 5)
        from choice in Gen.Choose(0, 63)
        from variant in Gen.Choose(0, 15)
        from moment in Gen.Frequency((6, Gen.Constant(0)), (4, Gen.Choose(1, 7)))
        select new HistoryOp(act, place, choice, variant, moment);

    private static readonly Gen<RetentionPolicy> Policies =
        from last in Gen.Choose(1, 6)
        from shape in Gen.Choose(0, 11)
        from count in Gen.Choose(1, 4)
        from zone in Gen.Elements("UTC", "Europe/Paris", "America/New_York", "Australia/Lord_Howe")
        select shape switch
        {
            0 => RetentionPolicy.KeepLast(last).Daily(count).In(TimeZoneInfo.FindSystemTimeZoneById(zone)),
            1 => RetentionPolicy.KeepLast(last).Weekly(count).Monthly(2).In(TimeZoneInfo.FindSystemTimeZoneById(zone)),
            2 => RetentionPolicy.KeepLast(last).Daily(2).Weekly(count).Monthly(count).Yearly(1).In(TimeZoneInfo.FindSystemTimeZoneById(zone)),
            _ => RetentionPolicy.KeepLast(last),
        };

    private static readonly Gen<DestinationSettings> Destinations =
        from policy in Policies
        from form in Gen.Frequency((6, Gen.Constant(StorageForm.VhdFile)), (1, Gen.Constant(StorageForm.VhdDirectory(BlockCodec.Brotli))))
        from schedules in Gen.Elements<ImmutableArray<string>>([], [], ["nightly"], ["nightly", "weekly"])
        from scope in Gen.Frequency((6, Gen.Constant(RetentionScope.Job)), (1, Gen.Constant(RetentionScope.WholeVm)))
        from limit in Gen.Choose(0, 19)
        from free in Gen.Choose(0, 20)
        select new DestinationSettings
        {
            Retention = policy,
            Form = form,
            KnownScheduleIds = schedules,
            Scope = scope,
            MaxVirtualSize = limit == 0 ? HistoryDisks.SmallDiskBytes : null,
            MaxFileLength = limit == 1 ? 3 * StoredRevision.BlockBytes : null,
            FreeBytes = free == 0 ? 5 * StoredRevision.BlockBytes : null,
        };

    private static readonly Gen<PlanningOptions> Options =
        from skip in Gen.Frequency((3, Gen.Constant(true)), (1, Gen.Constant(false)))
        from first in Gen.Frequency((4, Gen.Constant(false)), (1, Gen.Constant(true)))
        from empty in Gen.Frequency((6, Gen.Constant(false)), (1, Gen.Constant(true)))
        from keys in Gen.Frequency((5, Gen.Constant(true)), (1, Gen.Constant(false)))
        from brake in Gen.Choose(0, 15)
        select new PlanningOptions
        {
            SkipSuperseded = skip,
            DeleteFirst = first,
            MayLeaveNoPoint = empty,
            AllowSyntheticKeys = keys,
            MaxRetireCount = brake is 0 or 1 ? brake + 1 : null,
            MaxRetirePercent = brake == 2 ? 40 : null,
            Repair = brake >= 12,
        };

    private static readonly Gen<VmFilter> Filters = Gen.Frequency(
        (12, Gen.Constant(VmFilter.All)),
        (1, Gen.Constant(new VmFilter { IncludeTags = ["gold"] })),
        (1, Gen.Constant(new VmFilter { ExcludeTags = ["gold"] })));

    private static readonly Gen<MirrorCase> Cases =
        from mode in Gen.Frequency((4, Gen.Constant(BackupMode.Incremental)), (1, Gen.Constant(BackupMode.Full)))
        from count in Gen.Frequency((5, Gen.Constant(1)), (3, Gen.Constant(2)), (1, Gen.Constant(3)))
        from destinations in Gen.ArrayOf(Destinations, count)
        from options in Options
        from filter in Filters
        from keep in Gen.Choose(1, 7)
        from raw in Gen.Frequency((3, Gen.Constant(false)), (1, Gen.Constant(true)))
        from length in Gen.Choose(1, 26)
        from history in Gen.ArrayOf(Ops, length)
        select new MirrorCase(
            [.. history],
            new CaseSettings
            {
                Mode = mode,
                Destinations = [.. destinations],
                Options = options,
                Filter = filter,
                SourceKeep = keep,
                NamesFollowClock = raw,
            });

    /// <summary>The cases, which shrink by dropping parts of their history.</summary>
    internal static Arbitrary<MirrorCase> Arbitrary { get; } = Arb.From(Cases, mirrorCase => mirrorCase.Shrunk());
}
