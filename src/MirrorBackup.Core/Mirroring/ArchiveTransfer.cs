using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using MirrorBackup.Planning;
using MirrorBackup.Remotes;
using MirrorBackup.Repositories;
using MirrorBackup.Transfer;

namespace MirrorBackup.Mirroring;

/// <summary>Sends one XVA archive to the destinations that need it. What does not match its checksum or tag, or is truncated, is committed nowhere.</summary>
internal sealed class ArchiveTransfer(RunContext context, SourceBackups source, SourceSnapshot snapshot)
{
    /// <summary>What hashes an archive for the check afterwards where no MD5 does: because it is passed through encrypted, or the job wants SHA-256.</summary>
    public static HashAlgorithmName CheckHash => HashAlgorithmName.SHA256;

    public async Task RunAsync(IReadOnlyList<RevisionCopy> copies, CancellationToken cancellationToken)
    {
        var path = source.Folder / copies[0].Transfer.SourcePaths[0];
        var archive = await XvaArchive.OpenAsync(source.Remote, path, copies[0].Transfer.VirtualSize, cancellationToken).ConfigureAwait(false);
        await using (archive.ConfigureAwait(false))
        {
            await (IsPassedThrough(copies) ? PassThroughAsync(archive, copies, cancellationToken)
                : IsCopiedUnseen(archive, copies) ? CopyUnseenAsync(archive, copies, cancellationToken)
                : SendAsync(archive, copies, cancellationToken)).ConfigureAwait(false);
        }
    }

    // Equal encryption everywhere: then the tag vouches for the bytes, and nothing has to look at the clear ones.
    private bool IsPassedThrough(IReadOnlyList<RevisionCopy> copies) =>
        source.Remote.Capabilities is { IsAuthenticated: true, EncryptionFingerprint: { } fingerprint }
        && context.Job.PassThroughCheck != PassThroughCheck.Always
        && copies.All(copy => copy.Destination.Repository.Remote.Capabilities.EncryptionFingerprint == fingerprint);

    // Xen Orchestra's checksum goes with the copy, so that what was damaged before can be found there, too; both ends were looked at when it was opened.
    private bool IsCopiedUnseen(XvaArchive archive, IReadOnlyList<RevisionCopy> copies) =>
        archive.Checksum?.Algorithm == HashAlgorithmName.MD5 && DiskWay.MayCopyUnseen(context.Job, source.Remote.Capabilities, copies);

    private async Task CopyUnseenAsync(XvaArchive archive, IReadOnlyList<RevisionCopy> copies, CancellationToken cancellationToken)
    {
        var storage = new StorageCopy(reason => context.Logger.StorageDoesNotCopy(source.VmId, reason));
        await CopyAsync(archive.File, archive, copies, [], snapshot.EnsureUnchangedAsync, storage, cancellationToken).ConfigureAwait(false);
        foreach (var copy in copies)
        {
            copy.Part.Sent(archive.Checksum, clearHash: null);
        }
    }

    private async Task SendAsync(XvaArchive archive, IReadOnlyList<RevisionCopy> copies, CancellationToken cancellationToken)
    {
        using var hash = context.Job is { CheckLastTransferred: true, Digest: DigestAlgorithm.Sha256 } ? new HashTap(CheckHash) : null;

        // Encrypted copies have no checksum file; then only the health check would compare one.
        using var verifier = archive.CreateVerifier(
            makesChecksum: (context.Job.CheckLastTransferred && hash is null) || copies.Any(static copy => copy.Destination.Repository.Remote.Capabilities.EncryptionFingerprint is null));
        ArchiveChecksum? checksum = null;
        await CopyAsync(
            archive.File,
            archive,
            copies,
            hash is null ? [new VerifierTap(verifier)] : [new VerifierTap(verifier), hash],
            stop =>
            {
                checksum = verifier.CompleteCore();
                return snapshot.EnsureUnchangedAsync(stop);
            },
            null,
            cancellationToken).ConfigureAwait(false);
        foreach (var copy in copies)
        {
            copy.Part.Sent(checksum, hash?.ToHex());
        }
    }

    private async Task PassThroughAsync(XvaArchive archive, IReadOnlyList<RevisionCopy> copies, CancellationToken cancellationToken)
    {
        var file = await source.Remote.OpenStoredAsync(archive.File.Path, cancellationToken).ConfigureAwait(false);
        await using (file.ConfigureAwait(false))
        {
            using var hash = context.Job.CheckLastTransferred ? new HashTap(CheckHash) : null;
            await CopyAsync(file, archive, copies, hash is null ? [] : [hash], snapshot.EnsureUnchangedAsync, null, cancellationToken).ConfigureAwait(false);
            if (hash?.ToHex() is { } found)
            {
                foreach (var copy in copies)
                {
                    copy.Part.SentAsStored(found);
                }
            }
        }
    }

    private async Task CopyAsync(
        IRemoteFile file,
        XvaArchive archive,
        IReadOnlyList<RevisionCopy> copies,
        IReadOnlyList<IStreamTap> taps,
        Func<CancellationToken, ValueTask> verify,
        StorageCopy? storage,
        CancellationToken cancellationToken)
    {
        var isPassedThrough = !ReferenceEquals(file, archive.File);
        var meter = new CopyMeterProgress(context.Progress, copies.Count);
        var result = await StreamCopy.RunAsync(
            file,
            [.. copies.Select(copy => TargetOf(copy, new UploadOptions(WriteGrade.Publish, file.Length, AsStored: isPassedThrough)))],
            taps,
            meter.Options(context) with { Storage = storage },
            verify,
            cancellationToken).ConfigureAwait(false);
        for (var i = 0; i < copies.Count; i++)
        {
            meter.End(i, result.Outcomes[i]);
            copies[i].Part.Ended(copies[i].Transfer, result, result.Outcomes[i], archive.File.Length, WayOf(copies[i], isPassedThrough));
        }

        if (result.SourceError is { } error)
        {
            ExceptionDispatchInfo.Throw(error);
        }
    }

    private static TransferWay WayOf(RevisionCopy copy, bool isPassedThrough) =>
        isPassedThrough || copy.Destination.Repository.Remote.Capabilities.EncryptionFingerprint is null ? copy.Transfer.Way : TransferWay.ReEncrypt;

    private static CopyTarget<IUpload> TargetOf(RevisionCopy copy, UploadOptions options) => new(
        copy.Destination.Name,
        stop => copy.Destination.Repository.Remote.CreateAsync(copy.TargetPath, options, stop))
    {
        BeforeCommit = copy.Destination.EnsureHeldAsync,
        Stop = copy.Destination.LockLost,
    };

    private sealed class VerifierTap(ArchiveVerifier verifier) : IStreamTap
    {
        public void Append(ReadOnlySpan<byte> bytes) => verifier.Append(bytes);
    }
}
