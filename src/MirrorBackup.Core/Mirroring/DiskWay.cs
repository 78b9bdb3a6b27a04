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

    /// <summary>Has the storage copy blocks by itself; null if they are to be read.</summary>
    public DiskStorageCopy? Storage { get; private init; }

    /// <summary>Reads blocks as they are stored; null if all are decoded and nothing of the stored bytes is of use.</summary>
    public StoredBlockReader? StoredBlocks => _stored;

    /// <summary>Chooses.</summary>
    /// <param name="job">The job.</param>
    /// <param name="source">What the remote of the source says of itself.</param>
    /// <param name="oldestFirst">The revisions.</param>
    /// <param name="copies">Where they go.</param>
    /// <param name="refused">Told if the storage was asked to copy by itself, and does not.</param>
    public static DiskWay Choose(
        MirrorJob job, RemoteCapabilities source, IReadOnlyList<IVirtualDisk> oldestFirst, IReadOnlyList<RevisionCopy> copies, Action<string> refused)
    {
        var storage = MayCopyUnseen(job, source, copies) && oldestFirst[0] is Vhd.IVhdDisk { Form: var form } && copies.All(copy => copy.Transfer.Form == form)
            ? DiskStorageCopy.TryCreate(oldestFirst, refused)
            : null;
        return new DiskWay(ChooseReading(job, source, oldestFirst, copies)) { Storage = storage };
    }

    /// <summary>Whether the storage may copy what nobody then sees: the job wants nothing looked at and nothing read back, and both sides have the same bytes.</summary>
    /// <param name="job">The job.</param>
    /// <param name="source">What the remote of the source says of itself.</param>
    /// <param name="copies">Where the revision goes.</param>
    public static bool MayCopyUnseen(MirrorJob job, RemoteCapabilities source, IReadOnlyList<RevisionCopy> copies) =>
        job is { PassThroughCheck: PassThroughCheck.Never, CheckLastTransferred: false }
        && CopiesRanges(source)
        && copies.All(static copy => CopiesRanges(copy.Destination.Repository.Remote.Capabilities));

    private static bool CopiesRanges(RemoteCapabilities remote) => remote is { SupportsRangeCopy: true, EncryptionFingerprint: null };

    private static StoredBlockReader? ChooseReading(
        MirrorJob job, RemoteCapabilities source, IReadOnlyList<IVirtualDisk> oldestFirst, IReadOnlyList<RevisionCopy> copies)
    {
        if (StoredBlockReader.CommonCodec(oldestFirst) is not { } codec || !copies.Any(copy => Takes(copy, codec)))
        {
            return null;
        }

        var allTake = copies.All(copy => Takes(copy, codec));
        if (allTake && job.PassThroughCheck != PassThroughCheck.Always && IsEncryptedAlike(source, copies) && AreProvenWhole(oldestFirst))
        {
            return StoredBlockReader.Create(oldestFirst, StoredReading.Encrypted, decodes: false);
        }

        // What is not compressed is decoded by being read.
        var checks = job.PassThroughCheck == PassThroughCheck.Always
            || (job.PassThroughCheck == PassThroughCheck.Unauthenticated && !source.IsAuthenticated);
        return codec == BlockCodec.None ? null : StoredBlockReader.Create(oldestFirst, StoredReading.Encoded, decodes: checks || !allTake, keepsDecoded: !allTake);
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
