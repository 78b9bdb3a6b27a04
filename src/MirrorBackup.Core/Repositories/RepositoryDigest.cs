using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using MirrorBackup.Backups;
using MirrorBackup.Disks;

namespace MirrorBackup.Repositories;

/// <summary>
/// The SHA-256 of the full view of every disk at every restore point, and of every archive: equal digests on two repositories mean that a
/// restore gives the same from both. Memory is constant; every view is read whole.
/// </summary>
public static class RepositoryDigest
{
    /// <summary>Computes the digests, one after the other: by VM, instant, mode and disk.</summary>
    /// <param name="repository">The repository; only read.</param>
    /// <param name="vmIds">Only these VMs; <see langword="null"/> for all.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>The digests. Content that cannot be read gives an entry with <see cref="PointDigest.Error"/>, and the others go on.</returns>
    /// <exception cref="MirrorBackupException">The VMs of the repository, or the folder of one, cannot be listed.</exception>
    public static async IAsyncEnumerable<PointDigest> ComputeAsync(
        BackupRepository repository, IReadOnlyCollection<string>? vmIds = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(repository);
        foreach (var vm in await repository.ListVmsAsync(cancellationToken).ConfigureAwait(false))
        {
            if (vmIds is not null && !vmIds.Contains(vm))
            {
                continue;
            }

            var catalogue = await repository.LoadAsync(vm, cancellationToken).ConfigureAwait(false);
            foreach (var (point, _) in catalogue.Points)
            {
                foreach (var disk in point.Disks.OrderBy(static disk => disk.Disk, StringComparer.Ordinal))
                {
                    yield return await ComputeAsync(repository, vm, point, disk, cancellationToken).ConfigureAwait(false);
                }
            }
        }
    }

    private static async ValueTask<PointDigest> ComputeAsync(
        BackupRepository repository, string vm, RestorePoint point, PointDisk disk, CancellationToken cancellationToken)
    {
        var digest = new PointDigest
        {
            Vm = vm,
            Timestamp = point.Id.Timestamp,
            Mode = point.Id.Mode,
            Disk = point.Id.Mode == BackupMode.Full ? null : disk.Disk,
            Path = disk.Path,
        };
        try
        {
            return digest.Mode == BackupMode.Full
                ? await DigestArchiveAsync(repository, digest, cancellationToken).ConfigureAwait(false)
                : await DigestDiskAsync(repository, digest, cancellationToken).ConfigureAwait(false);
        }
        catch (MirrorBackupException unreadable)
        {
            return digest with { Error = unreadable.Message };
        }
    }

    private static async ValueTask<PointDigest> DigestDiskAsync(BackupRepository repository, PointDigest digest, CancellationToken cancellationToken)
    {
        var chain = await repository.OpenDiskAsync(digest.Vm, digest.Path, cancellationToken).ConfigureAwait(false);
        await using (chain.ConfigureAwait(false))
        {
            var hash = await DiskDigest.ComputeAsync(chain, null, cancellationToken).ConfigureAwait(false);
            return digest with { VirtualSize = chain.VirtualSize, Sha256 = Convert.ToHexStringLower(hash) };
        }
    }

    private static async ValueTask<PointDigest> DigestArchiveAsync(BackupRepository repository, PointDigest digest, CancellationToken cancellationToken)
    {
        var path = RepositoryPaths.VmFolder(digest.Vm) / digest.Path;
        var archive = await XvaArchive.OpenAsync(repository.Remote, path, cancellationToken: cancellationToken).ConfigureAwait(false);
        await using (archive.ConfigureAwait(false))
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            await archive.ReadAllAsync(hash.AppendData, cancellationToken).ConfigureAwait(false);
            return digest with { VirtualSize = archive.File.Length, Sha256 = Convert.ToHexStringLower(hash.GetHashAndReset()) };
        }
    }
}
