using System.Collections.Immutable;
using MirrorBackup.Backups;
using MirrorBackup.Planning;

namespace MirrorBackup.Tests.Planning.Properties;

/// <summary>Plays a history: the source and every destination are what its acts left of one and the same VM.</summary>
internal sealed class HistoryWorld
{
    internal const string MirrorJobId = "mirror-job";
    internal const string ScheduleId = "nightly";
    private const long FirstInstant = 1767574800000;

    private static readonly long[] Pauses =
        [86_400_000, 0, 250, 1000, 3_600_000, 7 * 86_400_000L, 40 * 86_400_000L, -7_200_000];

    private readonly MirrorCase _case;
    private readonly HistoryDisks _disks = new();
    private readonly Dictionary<(string Job, string Disk), string> _lastPaths = [];
    private readonly Dictionary<string, ImmutableArray<int>> _truth = new(StringComparer.Ordinal);
    private long _now = FirstInstant;

    internal HistoryWorld(MirrorCase mirrorCase)
    {
        _case = mirrorCase;
        Source = new SimulatedRepository("vm", mirrorCase.Settings.Mode);
        Destinations = [.. mirrorCase.Settings.Destinations.Select(_ => new SimulatedRepository("vm", mirrorCase.Settings.Mode))];
        foreach (var op in mirrorCase.History)
        {
            Play(op);
        }
    }

    internal SimulatedRepository Source { get; }

    internal ImmutableArray<SimulatedRepository> Destinations { get; }

    /// <summary>The whole disk at every revision that a source job ever wrote, by revision id.</summary>
    internal IReadOnlyDictionary<string, ImmutableArray<int>> Truth => _truth;

    /// <summary>What the guest had written on every disk of a source point, whatever has become of the files since.</summary>
    internal string TrueContentOf(RestorePoint point) =>
        string.Join(" ", point.Disks.OrderBy(disk => disk.Disk, StringComparer.Ordinal)
            .Select(disk => disk.Disk + "=" + string.Join(",", _truth[Source.Revisions[disk.Path].Facts.Id])));

    /// <summary>The request that the case makes in this world.</summary>
    internal MirrorRequest Request(int shuffle = 0) => new()
    {
        Source = Source.ToChain(shuffle),
        Destinations = [.. Destinations.Select((repository, index) => RequestOf(index, repository, shuffle))],
        Options = _case.Settings.Options,
        Filter = _case.Settings.Filter,
        Now = DateTimeOffset.FromUnixTimeMilliseconds(_now + 60_000),
    };

    internal DestinationRequest RequestOf(int index, SimulatedRepository repository, int shuffle = 0)
    {
        var settings = _case.Settings.Destinations[index];
        return new DestinationRequest
        {
            Name = "destination-" + (char)('1' + index),
            Chain = repository.ToChain(shuffle),
            Retention = settings.Retention,
            Profile = new DestinationProfile
            {
                Form = settings.Form,
                MaxVirtualSize = settings.MaxVirtualSize,
                MaxFileLength = settings.MaxFileLength,
                FreeBytes = settings.FreeBytes,
            },
            JobId = MirrorJobId,
            ScheduleId = ScheduleId,
            KnownScheduleIds = settings.KnownScheduleIds,
            Scope = settings.Scope,
        };
    }

    private void Play(HistoryOp op)
    {
        var place = op.Place % Destinations.Length;
        switch (op.Act)
        {
            case HistoryAct.Backup:
                BackUp(op);
                break;
            case HistoryAct.ChangeDisks:
                _disks.Change(op.Choice);
                break;
            case HistoryAct.Mirror:
                EarlierRun(op, place).Run();
                break;
            case HistoryAct.DamageSource:
                HistoryDamage.Lose(Source, op);
                break;
            case HistoryAct.DamageDestination:
                HistoryDamage.Lose(Destinations[place], op);
                break;
            case HistoryAct.Crash:
                HistoryDamage.LeaveBehind(Destinations[place], op);
                break;
            default:
                HistoryDamage.Disturb(Destinations[place], op);
                break;
        }
    }

    private EarlierMirrorRun EarlierRun(HistoryOp op, int place)
    {
        var form = _case.Settings.Mode == BackupMode.Full ? StorageForm.Archive
            : op.Variant == 15 ? StorageForm.VhdDirectory(BlockCodec.Brotli)
            : _case.Settings.Destinations[place].Form;
        return new EarlierMirrorRun(Source, Destinations[place])
        {
            JobId = op.Choice % 8 == 7 ? "other-job" : MirrorJobId,
            ScheduleId = (op.Choice / 8) switch { 6 => "weekly", 7 => "deleted", _ => ScheduleId },
            Form = form,
            Keep = 1 + (op.Moment % 7),
            Crash = op.Variant is >= 1 and <= 3 ? op.Variant : 0,
        };
    }

    /// <summary>Most backups are of one job; the variant says whether chains restart, the choice which blocks change.</summary>
    private void BackUp(HistoryOp op)
    {
        _now += Pauses[op.Moment % Pauses.Length];
        _disks.Write(op.Choice % 16);
        var jobId = op.Place switch { 4 => "job-2", 5 => "job-3", _ => "job-1" };
        var disks = _disks.Present(_case.Settings.Mode).ToList();
        var name = NameFor(jobId, disks);
        var listed = ImmutableArray.CreateBuilder<PointDisk>();
        foreach (var (disk, index) in disks.Select((disk, index) => (disk, index)))
        {
            var restarts = _case.Settings.Mode == BackupMode.Full || op.Variant == 15 || (op.Variant == 14 && index == 0);
            listed.Add(new PointDisk(disk, Write(jobId, disk, name, restarts)));
        }

        Source.Points.Add(new RestorePoint
        {
            Id = new PointId(_case.Settings.Mode, _now),
            Name = name,
            Disks = listed.ToImmutable(),
            JobId = jobId,
            ScheduleId = "source-schedule",
            VmTags = op.Choice < 32 ? ["gold"] : [],
        });
        RepositoryRules.KeepLast(Source, _case.Settings.SourceKeep, point => point.JobId == jobId);
        RepositoryRules.Fold(Source);
    }

    private string NameFor(string jobId, IEnumerable<string> disks)
    {
        var after = disks.Select(disk => _lastPaths.GetValueOrDefault((jobId, disk)))
            .Where(path => path is not null).Select(path => RepositoryRules.FileStem(path!)).Max(StringComparer.Ordinal);
        return RepositoryRules.FreeName(Source, _now, _case.Settings.NamesFollowClock ? null : after);
    }

    private string Write(string jobId, string disk, string name, bool restarts)
    {
        var content = _disks.ContentOf(disk);
        var form = _case.Settings.Mode == BackupMode.Full ? StorageForm.Archive : StorageForm.VhdFile;
        var path = RepositoryRules.PathOf(jobId, disk, name, form);
        var last = !restarts && _lastPaths.TryGetValue((jobId, disk), out var lastPath) ? Source.Revisions.GetValueOrDefault(lastPath) : null;
        var blocks = last is null
            ? content
            : [.. content.Select((version, index) => version == _truth[last.Facts.Id][index] ? 0 : version)];
        var facts = new DiskRevision
        {
            Disk = disk,
            Id = _disks.NewRevisionId(jobId, disk),
            ParentId = last?.Facts.Id,
            Path = path,
            Form = form,
            VirtualSize = form == StorageForm.Archive ? StoredRevision.BytesOf(content) : HistoryDisks.VirtualSizeOf(disk),
        };
        Source.Put(new StoredRevision(facts, blocks, last?.Path).Holding(blocks));
        _truth[facts.Id] = content;
        _lastPaths[(jobId, disk)] = path;
        return path;
    }
}
