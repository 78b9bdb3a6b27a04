using MirrorBackup.Backups;
using MirrorBackup.Disks;
using MirrorBackup.Planning;
using MirrorBackup.Remotes;
using MirrorBackup.Transfer;

namespace MirrorBackup.Mirroring;

/// <summary>
/// How the blocks of one revision, or of several as one, travel to all the destinations that they are read for at once: never more is done than one of them
/// needs, and what one needs is done once.
/// </summary>
internal sealed class DiskWay
{
    private readonly StoredBlockReader? _stored;

    private DiskWay(StoredBlockReader? stored) => _stored = stored;

    /// <summary>Reads blocks as they are stored; null if all are decoded and nothing of the stored bytes is of use.</summary>
    public StoredBlockReader? StoredBlocks => _stored;

    /// <summary>Chooses.</summary>
    /// <param name="job">The job.</param>
    /// <param name="source">What the remote of the source says of itself.</param>
    /// <param name="oldestFirst">The revisions.</param>
    /// <param name="copies">Where they go.</param>
    public static DiskWay Choose(MirrorJob job, RemoteCapabilities source, IReadOnlyList<IVirtualDisk> oldestFirst, IReadOnlyList<RevisionCopy> copies)
    {
        if (StoredBlockReader.CommonCodec(oldestFirst) is not { } codec || !copies.Any(copy => Takes(copy, codec)))
        {
            return new DiskWay(null);
        }

        var allTake = copies.All(copy => Takes(copy, codec));
        if (allTake && job.PassThroughCheck != PassThroughCheck.Always && IsEncryptedAlike(source, copies) && AreProvenWhole(oldestFirst))
        {
            return new DiskWay(StoredBlockReader.Create(oldestFirst, StoredReading.Encrypted, decodes: false));
        }

        // What is not compressed is decoded by being read.
        var checks = job.PassThroughCheck == PassThroughCheck.Always
            || (job.PassThroughCheck == PassThroughCheck.Unauthenticated && !source.IsAuthenticated);
        return new DiskWay(codec == BlockCodec.None ? null : StoredBlockReader.Create(oldestFirst, StoredReading.Encoded, decodes: checks || !allTake));
    }

    /// <summary>What really happened to the bytes.</summary>
    /// <param name="copy">Where they went.</param>
    /// <param name="disk">The disk, read to its end.</param>
    public TransferWay Taken(RevisionCopy copy, WholeBlockDisk disk)
    {
        var planned = copy.Transfer.Way;
        if (planned > TransferWay.ReEncrypt)
        {
            return planned;
        }

        if (disk.HasCompleted || _stored is { TakenApart.Count: > 0 })
        {
            return TransferWay.Recode;
        }

        var isClear = copy.Destination.Repository.Remote.Capabilities.EncryptionFingerprint is null;
        return isClear || _stored is { Reading: StoredReading.Encrypted } ? planned : TransferWay.ReEncrypt;
    }

    private static bool Takes(RevisionCopy copy, BlockCodec codec) => copy.Transfer.Form == StorageForm.VhdDirectory(codec);

    private static bool IsEncryptedAlike(RemoteCapabilities source, IReadOnlyList<RevisionCopy> copies) =>
        source.EncryptionFingerprint is { } fingerprint
        && copies.All(copy => copy.Destination.Repository.Remote.Capabilities.EncryptionFingerprint == fingerprint);

    private static bool AreProvenWhole(IReadOnlyList<IVirtualDisk> disks) => disks.All(static disk => disk is Vhd.IVhdDisk { HasOnlyWholeBlocks: true });
}
