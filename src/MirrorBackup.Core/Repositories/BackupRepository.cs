using System.Collections.Immutable;
using MirrorBackup.Backups;
using MirrorBackup.Disks;
using MirrorBackup.Remotes;
using MirrorBackup.Repositories.Cleaning;
using MirrorBackup.Vhd;

namespace MirrorBackup.Repositories;

/// <summary>
/// The backups of VMs on a remote, as Xen Orchestra lays them out. Reading never writes. Thread-safe; the remote stays the caller's
/// and must outlive the repository.
/// </summary>
public sealed class BackupRepository
{
    private readonly BackupRepositoryOptions _options;
    private readonly ImmutabilityMarker? _marker;

    private BackupRepository(IRemote remote, BackupRepositoryOptions options, ImmutabilityMarker? marker)
    {
        Remote = remote;
        _options = options;
        _marker = marker;
    }

    /// <summary>Where the backups lie.</summary>
    public IRemote Remote { get; }

    /// <summary>Whether some backups may be protected from being removed for a time.</summary>
    internal bool IsImmutable => _marker is not null;

    /// <summary>Looks at a remote. An empty one is an empty repository.</summary>
    /// <param name="remote">The remote; for an encrypted repository, one that decrypts (<see cref="RepositoryEncryption"/>).</param>
    /// <param name="options">How it is read; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The repository.</returns>
    /// <exception cref="EncryptionKeyException">The repository is encrypted, and the remote does not decrypt it.</exception>
    /// <exception cref="CorruptBackupException">It cannot be told whether it is encrypted.</exception>
    public static async ValueTask<BackupRepository> OpenAsync(
        IRemote remote, BackupRepositoryOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(remote);
        options ??= new BackupRepositoryOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Concurrency, 1, nameof(options));
        if (remote.Capabilities.EncryptionFingerprint is null)
        {
            await RepositoryEncryption.EnsureClearAsync(remote, cancellationToken).ConfigureAwait(false);
        }

        return new BackupRepository(remote, options, await ImmutabilityMarker.ReadAsync(remote, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Lists the VMs that have a folder, also those that have no backup in it.</summary>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The ids, in ordinal order.</returns>
    public async ValueTask<ImmutableArray<string>> ListVmsAsync(CancellationToken cancellationToken = default)
    {
        var vms = new List<string>();
        try
        {
            await foreach (var entry in Remote.ListAsync(RepositoryPaths.VmsFolder, cancellationToken).ConfigureAwait(false))
            {
                if (entry.IsDirectory && RepositoryPaths.IsVmFolderName(entry.Name))
                {
                    vms.Add(entry.Name);
                }
            }
        }
        catch (RemoteNotFoundException)
        {
            return [];
        }

        vms.Sort(StringComparer.Ordinal);
        return [.. vms];
    }

    /// <summary>
    /// Reads what the folder of a VM holds: metadata, the structures of every disk and the ends of every archive, but no block of data. What is
    /// damaged becomes a problem of the catalogue; a remote that fails fails the call, so that nothing seems absent that is not.
    /// </summary>
    /// <param name="vmId">The VM; one without a folder has an empty catalogue.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The catalogue.</returns>
    /// <exception cref="CorruptBackupException">The id cannot be the name of a folder (<see cref="ErrorCodes.InvalidPath"/>).</exception>
    public async Task<VmCatalogue> LoadAsync(string vmId, CancellationToken cancellationToken = default) =>
        await new CatalogueReader(Remote, vmId, _options, _marker).ReadAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>Reads the folder of a VM, every metadata file included, whatever a cache says.</summary>
    internal async ValueTask<VmCatalogue> LoadWithoutCacheAsync(string vmId, CancellationToken cancellationToken) =>
        await new CatalogueReader(Remote, vmId, _options with { MayUseCache = false }, _marker).ReadAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>Opens the full view of a disk: a revision with all its ancestors.</summary>
    /// <param name="vmId">The VM.</param>
    /// <param name="revisionPath">The <see cref="DiskRevision.Path"/> of the revision of a restore point.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The disk, owned by the caller.</returns>
    /// <exception cref="RemoteNotFoundException">The revision is not there.</exception>
    /// <exception cref="CorruptBackupException">It, an ancestor, or a link between them is damaged.</exception>
    /// <exception cref="UnsupportedBackupException">It is in a version or form that is not handled.</exception>
    public async ValueTask<IVirtualDisk> OpenDiskAsync(string vmId, string revisionPath, CancellationToken cancellationToken = default) =>
        await VhdChain.OpenAsync(Remote, RepositoryPaths.VmFolder(vmId) / revisionPath, null, cancellationToken).ConfigureAwait(false);

    /// <summary>Takes the lock of a VM in the way of Xen Orchestra (<c>&lt;vm&gt;.lock</c> beside its folder).</summary>
    /// <param name="vmId">The VM.</param>
    /// <param name="timeout">How long to wait for somebody else; zero does not wait.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    /// <returns>The lock, owned by the caller; disposing it releases it.</returns>
    /// <exception cref="BackupLockedException">Somebody else held it to the end of the waiting.</exception>
    /// <exception cref="NotSupportedException">The remote has no locks.</exception>
    public ValueTask<IRemoteLock> LockAsync(string vmId, TimeSpan timeout = default, CancellationToken cancellationToken = default) =>
        Remote.LockAsync(RepositoryPaths.VmFolder(vmId), new LockOptions(timeout), cancellationToken);

    /// <summary>Gives write access to the folder of a VM.</summary>
    /// <param name="vmId">The VM.</param>
    /// <param name="vmLock">Its lock, checked before every change; <see langword="null"/> only where the remote has no locks. It stays the caller's.</param>
    /// <returns>The writer.</returns>
    public VmFolderWriter Write(string vmId, IRemoteLock? vmLock) => Write(vmId, vmLock, null);

    /// <summary>Likewise, with another way to take things away.</summary>
    internal VmFolderWriter Write(string vmId, IRemoteLock? vmLock, IRemoval? removal) =>
        new(Remote, RepositoryPaths.VmFolder(vmId), vmLock, _options.Concurrency, removal);

    /// <summary>
    /// Looks for all that interrupted work left, ours and Xen Orchestra's, and, if told to, puts it right: finishes merges, corrects metadata and caches, and removes
    /// what certainly nothing needs (<c>docs/cleaning.md</c>). Changes are made under the lock of the VM. Where something cannot be read, nothing of that VM is touched.
    /// </summary>
    /// <param name="options">What may be done; <see langword="null"/> only reports.</param>
    /// <param name="progress">Is told each VM when it is begun.</param>
    /// <param name="cancellationToken">Stops the work; what is left can be read and cleaned again.</param>
    /// <returns>What was found and done. A VM that fails is a finding, and the others go on.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The minimum age is negative.</exception>
    /// <exception cref="MirrorBackupException">The VMs of the repository cannot be listed.</exception>
    public Task<CleaningReport> CleanAsync(CleaningOptions? options = null, IProgress<string>? progress = null, CancellationToken cancellationToken = default)
    {
        options ??= new CleaningOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MinimumAge, TimeSpan.Zero, nameof(options));
        return new RepositoryCleaning(this, options, _options).RunAsync(progress, cancellationToken);
    }
}
