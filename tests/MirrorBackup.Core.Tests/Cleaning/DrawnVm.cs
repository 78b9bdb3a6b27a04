using System.Collections.Immutable;
using System.Text;
using MirrorBackup.Backups;
using MirrorBackup.Repositories;
using MirrorBackup.Repositories.Cleaning;

namespace MirrorBackup.Tests.Cleaning;

/// <summary>A VM as a generator draws it: disks in two folders, each with a parent among the earlier ones, or a missing one.</summary>
/// <param name="Disks">The disks, by number.</param>
/// <param name="HasUnreadableMetadata">Whether a metadata file cannot be read.</param>
internal sealed record DrawnVm(ImmutableArray<DrawnDisk> Disks, bool HasUnreadableMetadata)
{
    private const string Vm = "vm";

    public static DateTimeOffset Now { get; } = new(2026, 2, 1, 0, 0, 0, TimeSpan.Zero);

    public static CleaningRules Rules { get; } = new(TimeSpan.FromHours(24), IsReversible: false, IsExclusive: true);

    public string PathOf(int disk) => $"vdis/job/{Disks[disk].Folder}/{disk:D2}.vhd";

    /// <summary>What is read of it.</summary>
    /// <param name="isGone">Whether a file was removed.</param>
    public VmSnapshot Snapshot(Predicate<string> isGone)
    {
        var there = Enumerable.Range(0, Disks.Length).Where(disk => !Disks[disk].IsMissing && !isGone(PathOf(disk))).ToArray();
        var points = Enumerable.Range(0, Disks.Length).Where(disk => Disks[disk].IsListed).Select(Point).ToImmutableArray();
        ImmutableArray<ChainProblem> problems = HasUnreadableMetadata
            ? [new ChainProblem(ChainProblemKind.UnreadableMetadata, "x.json", "no JSON") { PreventsRetiring = true }]
            : [];
        ImmutableArray<PendingMerge> merges =
        [
            .. there.Where(disk => Disks[disk].IsInStaleState && !isGone(StateOf(disk)))
                .Select(disk => new PendingMerge { StatePath = StateOf(disk), Paths = [PathOf(disk)], IsLeftover = true }),
        ];
        var incremental = new ChainDraft(Vm, BackupMode.Incremental, points, [.. there.Select(Revision)], merges, [], problems);
        var full = new ChainDraft(Vm, BackupMode.Full, points, [], [], [], problems);
        return new VmSnapshot
        {
            Catalogue = new VmCatalogue(Vm, BackupChain.From(full), BackupChain.From(incremental), points, []),
            Now = Now,
            Items = there.SelectMany(disk => (string[])[PathOf(disk), StateOf(disk)], (disk, path) => (disk, path)).ToImmutableDictionary(
                static item => item.path, item => new StoredItem(Now.AddHours(Disks[item.disk].IsYoung ? -1 : -48), 100)),
            ProvenBroken = [.. there.Where(disk => Disks[disk].Damage == DrawnDamage.Proven).Select(PathOf)],
        };
    }

    /// <summary>The disks that a listed one may stand on, by any link that there is: told apart from how the cleaner finds them.</summary>
    public HashSet<string> Needed()
    {
        var needed = Enumerable.Range(0, Disks.Length).Where(disk => Disks[disk].IsListed).ToHashSet();
        for (var disk = Disks.Length - 1; disk >= 0; disk--)
        {
            if (needed.Contains(disk) && Disks[disk].Damage == DrawnDamage.None && Disks[disk].Parent is >= 0 and var parent && Disks[parent].Folder == Disks[disk].Folder)
            {
                needed.Add(parent);
            }
        }

        return [.. needed.Select(PathOf)];
    }

    private string StateOf(int disk) => RepositoryPaths.MergeState(PathOf(disk));

    private static string IdOf(int disk) => new Guid(disk + 1, 0, 0, new byte[8]).ToString("D");

    private DiskRevision Revision(int disk)
    {
        var drawn = Disks[disk];
        var revision = new DiskRevision { Disk = drawn.Folder, Path = PathOf(disk), Id = IdOf(disk), AllocatedBytes = 2 << 20, VirtualSize = 8 << 20 };
        return drawn.Damage != DrawnDamage.None ? revision with { IsReadable = false, Defect = "damaged", Id = drawn.IsListed ? revision.Id : $"unreadable:{revision.Path}" }
            : drawn.Parent is >= 0 and var parent ? revision with { ParentId = IdOf(parent), ParentPath = $"vdis/job/{drawn.Folder}/{parent:D2}.vhd" }
            : revision;
    }

    private CataloguedPoint Point(int disk)
    {
        var name = RepositoryPaths.NameOf(1767574800000 + (disk * 86400000L));
        var json = $$"""
            { "mode": "delta", "timestamp": {{1767574800000 + (disk * 86400000L)}}, "size": 0, "vhds": { "r": "{{PathOf(disk)}}" },
              "vdis": { "r": { "uuid": "{{IdOf(disk)}}" } } }
            """;
        var metadata = BackupMetadata.Parse(Encoding.UTF8.GetBytes(json), name);
        return new CataloguedPoint(new RestorePoint { Id = metadata.Id, Name = name, Disks = [new PointDisk(Disks[disk].Folder, PathOf(disk))] }, metadata);
    }
}
