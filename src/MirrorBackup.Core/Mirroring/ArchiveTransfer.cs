using MirrorBackup.Remotes;
using MirrorBackup.Repositories;
using MirrorBackup.Transfer;

namespace MirrorBackup.Mirroring;

/// <summary>Sends one XVA archive to the destinations that need it. What does not match its checksum, or is truncated, is committed nowhere.</summary>
internal sealed class ArchiveTransfer(RunContext context, SourceBackups source, SourceSnapshot snapshot)
{
    public async Task RunAsync(IReadOnlyList<RevisionCopy> copies, CancellationToken cancellationToken)
    {
        var path = source.Folder / copies[0].Transfer.SourcePaths[0];
        var archive = await XvaArchive.OpenAsync(source.Remote, path, copies[0].Transfer.VirtualSize, cancellationToken).ConfigureAwait(false);
        await using (archive.ConfigureAwait(false))
        {
            using var verifier = archive.CreateVerifier();
            ArchiveChecksum? checksum = null;
            var meter = new CopyMeterProgress(context.Progress, copies.Count);
            var result = await StreamCopy.RunAsync(
                archive.File,
                [.. copies.Select(copy => TargetOf(copy, archive.File.Length))],
                [new VerifierTap(verifier)],
                meter.Options(context),
                stop =>
                {
                    checksum = verifier.Complete();
                    return snapshot.EnsureUnchangedAsync(stop);
                },
                cancellationToken).ConfigureAwait(false);
            for (var i = 0; i < copies.Count; i++)
            {
                meter.End(i, result.Outcomes[i]);
                copies[i].Part.Ended(copies[i].Transfer, result, result.Outcomes[i], archive.File.Length, copies[i].Transfer.Way);
                if (checksum is not null)
                {
                    copies[i].Part.Sent(checksum);
                }
            }

            if (result.SourceError is { } error)
            {
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(error);
            }
        }
    }

    private static CopyTarget<IUpload> TargetOf(RevisionCopy copy, long length) => new(
        copy.Destination.Name,
        stop => copy.Destination.Repository.Remote.CreateAsync(copy.TargetPath, new UploadOptions(WriteGrade.Publish, length), stop))
    {
        BeforeCommit = copy.Destination.EnsureHeldAsync,
        Stop = copy.Destination.LockLost,
    };

    private sealed class VerifierTap(ArchiveVerifier verifier) : IStreamTap
    {
        public void Append(ReadOnlySpan<byte> bytes) => verifier.Append(bytes);
    }
}
