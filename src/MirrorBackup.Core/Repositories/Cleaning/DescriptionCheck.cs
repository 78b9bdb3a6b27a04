using MirrorBackup.Backups;
using MirrorBackup.Vhd;
using MirrorBackup.Vhd.Format;

namespace MirrorBackup.Repositories.Cleaning;

/// <summary>Whether the metadata of an incremental backup says of its disks what they are. Pure.</summary>
internal static class DescriptionCheck
{
    /// <summary>What is wrong, as a sentence; null if nothing is.</summary>
    /// <param name="chain">The chain of the point.</param>
    /// <param name="point">A point that can be restored.</param>
    /// <param name="metadata">Its metadata.</param>
    /// <param name="lengthOf">The length of the file at a path, as far as it is known; 0 if not.</param>
    public static string? Find(BackupChain chain, RestorePoint point, BackupMetadata metadata, Func<string, long> lengthOf)
    {
        if (point.Id.Mode == BackupMode.Full || metadata.Disks.IsEmpty)
        {
            return null;
        }

        var (least, most) = (0L, 0L);
        foreach (var disk in metadata.Disks)
        {
            if (chain.Revision(disk.Path) is not { } revision)
            {
                return null;
            }

            if (disk.IsDifferencing is { } told && told != revision.IsDelta)
            {
                return $"isVhdDifferencing says of {disk.Path} that it is a {(told ? "delta" : "key")}, and it is a {(revision.IsDelta ? "delta" : "key")}.";
            }

            // Written are the length of the stream that came, of the file that it made, or of the result of a merge; hypervisors send the footer once more.
            var computed = VhdStreamDescription.ComputeLength(revision.VirtualSize, revision.AllocatedBytes / VhdHeader.UsualBlockSize);
            var length = lengthOf(disk.Path) is > 0 and var known && revision.Form == StorageForm.VhdFile ? known : computed;
            least += Math.Min(computed, length);
            most += Math.Max(computed + VhdFooter.Size, length);
        }

        return metadata.Size >= least && metadata.Size <= most
            ? null
            : $"size says {metadata.Size} bytes, and its disks have {least}.";
    }
}
