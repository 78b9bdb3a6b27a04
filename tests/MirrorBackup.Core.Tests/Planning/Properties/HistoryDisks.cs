using System.Collections.Immutable;
using System.Globalization;
using MirrorBackup.Backups;

namespace MirrorBackup.Tests.Planning.Properties;

/// <summary>The live disks of the VM: what is written in them now.</summary>
internal sealed class HistoryDisks
{
    internal const int BlockCount = 4;
    internal const long SmallDiskBytes = BlockCount * StoredRevision.BlockBytes;

    private static readonly string[] Ids = ["disk-a", "disk-b", "disk-c"];
    private readonly Dictionary<string, int[]> _contents = new(StringComparer.Ordinal) { [Ids[0]] = [1, 2, 3, 4] };
    private int _version = 4;

    /// <summary>Adds a disk, or removes one; the VM keeps at least one.</summary>
    internal void Change(int choice)
    {
        var disk = Ids[choice % Ids.Length];
        if (!_contents.ContainsKey(disk))
        {
            _contents[disk] = [.. Enumerable.Range(0, BlockCount).Select(_ => ++_version)];
        }
        else if (_contents.Count > 1)
        {
            _contents.Remove(disk);
        }
    }

    internal IEnumerable<string> Present(BackupMode mode) =>
        mode == BackupMode.Full ? [DiskRevision.ArchiveDisk] : _contents.Keys.Order(StringComparer.Ordinal);

    /// <summary>The guest writes to the blocks of a mask, on every disk.</summary>
    internal void Write(int mask)
    {
        foreach (var blocks in _contents.Values)
        {
            for (var i = 0; i < BlockCount; i++)
            {
                if ((mask & (1 << i)) != 0)
                {
                    blocks[i] = ++_version;
                }
            }
        }
    }

    /// <summary>The content now; an archive holds every disk.</summary>
    internal ImmutableArray<int> ContentOf(string disk) => disk == DiskRevision.ArchiveDisk
        ? [.. _contents.OrderBy(entry => entry.Key, StringComparer.Ordinal).SelectMany(entry => entry.Value)]
        : [.. _contents[disk]];

    /// <summary>The third disk is twice as large, so that a limit may concern it alone.</summary>
    internal static long VirtualSizeOf(string disk) => disk == Ids[2] ? 2 * SmallDiskBytes : SmallDiskBytes;

    internal string NewRevisionId(string jobId, string disk) =>
        string.Create(CultureInfo.InvariantCulture, $"{jobId}.{disk}.{++_version:D5}");
}
