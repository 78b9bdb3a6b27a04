using MirrorBackup.Backups;

namespace MirrorBackup.Planning;

/// <summary>How one disk of a point gets to a destination.</summary>
internal sealed class DiskRoute
{
    internal required string Disk { get; init; }

    /// <summary>The revisions of the source, youngest first; empty where <see cref="Existing"/> serves.</summary>
    internal List<DiskRevision> Sources { get; init; } = [];

    /// <summary>The revision of the destination to stand on; <see langword="null"/> for a key.</summary>
    internal ModelNode? Parent { get; init; }

    /// <summary>The same revision, which the destination already holds.</summary>
    internal ModelNode? Existing { get; init; }

    /// <summary>Where a broken revision is to be replaced; <see langword="null"/> where a new path is to be found.</summary>
    internal string? FixedPath { get; init; }

    internal DiskRevision Youngest => Sources[0];

    /// <summary>The data to be sent: exact for one revision, an upper bound for several, which may hold the same blocks.</summary>
    internal long ByteCount
    {
        get
        {
            if (Youngest.Form.Kind == StorageKind.Archive)
            {
                return Youngest.VirtualSize;
            }

            var sum = 0L;
            foreach (var revision in Sources)
            {
                sum += revision.AllocatedBytes;
            }

            return Sources.Count == 1 ? sum : Math.Min(sum, Math.Max(Youngest.VirtualSize, Youngest.AllocatedBytes));
        }
    }
}
