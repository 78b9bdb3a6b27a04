using System.Collections.Immutable;
using System.Globalization;

namespace MirrorBackup.Backups;

/// <summary>Makes points and revisions of the letters of a text.</summary>
internal sealed class NotationBuilder
{
    private const string FirstDisk = "disk";
    private const string SecondDisk = "disk2";
    private const long VirtualSize = 64L << 20;
    private const long KeyBytes = 16L << 20;
    private const long DeltaBytes = 2L << 20;

    private readonly BackupMode _mode;
    private readonly NotationOptions _options;
    private readonly List<RestorePoint> _points = [];
    private readonly List<DiskRevision> _revisions = [];
    private bool _hasSecondDisk;

    private NotationBuilder(BackupMode mode, NotationOptions options)
    {
        _mode = mode;
        _options = options;
    }

    internal static BackupChain Build(string text, List<NotationLetter> letters, BackupMode mode, NotationOptions options)
    {
        var builder = new NotationBuilder(mode, options);
        NotationLetter? previous = null;
        foreach (var letter in letters)
        {
            if (mode == BackupMode.Full && (!letter.IsKey || letter.IsMixed))
            {
                throw new MirrorBackupException(
                    ErrorCodes.InvalidNotation,
                    $"\"{NotationReader.Shorten(text)}\" is not a chain of full backups: found a delta; expected upper-case letters without '*'.");
            }

            builder.Add(letter, previous);
            previous = letter;
        }

        return new BackupChain(ChainContents.Create(options.VmId, mode, builder._points, builder._revisions, [], [], []));
    }

    private void Add(NotationLetter letter, NotationLetter? previous)
    {
        var id = new PointId(_mode, PointNames.FirstTimestamp + (letter.Index * PointNames.MillisecondsPerDay));
        var disks = ImmutableArray.CreateBuilder<PointDisk>();
        if (_mode == BackupMode.Full)
        {
            Add(letter, DiskRevision.ArchiveDisk, id + ".xva", parent: null, disks);
        }
        else
        {
            var isNewDisk = letter.IsMixed && !_hasSecondDisk;
            _hasSecondDisk |= letter.IsMixed;
            var parent = previous?.Index ?? letter.Index - 1;
            var name = id + (_options.Form.Kind == StorageKind.VhdDirectory ? ".alias.vhd" : ".vhd");
            var isFirstKey = letter.IsKey && !letter.IsMixed;
            Add(letter, FirstDisk, $"vdis/{_options.JobId}/{FirstDisk}/{name}", isFirstKey ? null : parent, disks);
            if (_hasSecondDisk)
            {
                Add(letter, SecondDisk, $"vdis/{_options.JobId}/{SecondDisk}/{name}", isNewDisk || letter.IsKey || letter.IsMixed ? null : parent, disks);
            }
        }

        if (letter.IsListed)
        {
            _points.Add(new RestorePoint
            {
                Id = id,
                Name = id.ToString(),
                Disks = disks.ToImmutable(),
                JobId = _options.JobId,
                ScheduleId = _options.ScheduleId,
            });
        }
    }

    private void Add(NotationLetter letter, string disk, string path, int? parent, ImmutableArray<PointDisk>.Builder disks)
    {
        disks.Add(new PointDisk(disk, path));
        _revisions.Add(new DiskRevision
        {
            Disk = disk,
            Id = RevisionId(disk, letter.Index),
            ParentId = parent is { } index ? RevisionId(disk, index) : null,
            Path = path,
            Form = _mode == BackupMode.Full ? StorageForm.Archive : _options.Form,
            VirtualSize = _mode == BackupMode.Full ? KeyBytes : VirtualSize,
            AllocatedBytes = parent is null ? KeyBytes : DeltaBytes,
            IsReadable = !letter.IsUnreadable,
            Defect = letter.IsUnreadable ? "said to be unreadable" : null,
        });
    }

    /// <summary>An id in the form of a VHD unique id: the disk in the third group, the letter in the last one.</summary>
    private static string RevisionId(string disk, int index) => string.Create(
        CultureInfo.InvariantCulture, $"00000000-0000-400{(disk == SecondDisk ? 2 : 1)}-8000-{index & 0xFFFFFFFFFFFF:x12}");
}
