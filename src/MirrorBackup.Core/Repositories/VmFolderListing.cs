using System.Collections.Immutable;
using MirrorBackup.Remotes;

namespace MirrorBackup.Repositories;

/// <summary>The names, sizes and times of everything in the folder of a VM: the first look, before any file is opened.</summary>
internal sealed record VmFolderListing
{
    private const int Concurrency = 8;

    /// <summary>The entries of the folder itself, by name.</summary>
    public required ImmutableArray<RemoteEntry> Entries { get; init; }

    /// <summary>The entries of <c>vdis</c> and of its job folders, by path.</summary>
    public required ImmutableArray<RemoteEntry> JobEntries { get; init; }

    /// <summary>The entries of every disk folder of every job, by the path of the folder on the remote.</summary>
    public required ImmutableSortedDictionary<RemotePath, ImmutableArray<RemoteEntry>> DiskFolders { get; init; }

    /// <summary>The metadata files, by name.</summary>
    public IEnumerable<RemoteEntry> MetadataFiles => Entries.Where(static entry => IsMetadata(entry));

    /// <summary>The cache, if there is one.</summary>
    public RemoteEntry? Cache => Find(RepositoryPaths.CacheName);

    /// <summary>Whether the entry of a VM's folder is a metadata file.</summary>
    public static bool IsMetadata(RemoteEntry entry) =>
        entry.IsFile && entry.Name.EndsWith(RepositoryPaths.MetadataEnding, StringComparison.Ordinal) && !TemporaryName.IsTemporary(entry.Name);

    /// <summary>The entry of this name in the folder itself, or null.</summary>
    public RemoteEntry? Find(string name)
    {
        foreach (var entry in Entries)
        {
            if (string.Equals(entry.Name, name, StringComparison.Ordinal))
            {
                return entry;
            }
        }

        return null;
    }

    /// <summary>Lists a VM's folder. What is not there is empty; every other failure is raised, so that nothing seems absent that is not.</summary>
    public static async ValueTask<VmFolderListing> ReadAsync(IRemote remote, RemotePath folder, CancellationToken cancellationToken)
    {
        var entries = await remote.ListIfThereAsync(folder, cancellationToken).ConfigureAwait(false);
        var jobEntries = ImmutableArray.CreateBuilder<RemoteEntry>();
        if (entries.Any(static entry => entry.IsDirectory && entry.Name == RepositoryPaths.DisksName))
        {
            var jobs = await remote.ListIfThereAsync(folder / RepositoryPaths.DisksName, cancellationToken).ConfigureAwait(false);
            jobEntries.AddRange(jobs);
            foreach (var job in jobs.Where(static job => job.IsDirectory))
            {
                jobEntries.AddRange(await remote.ListIfThereAsync(job.Path, cancellationToken).ConfigureAwait(false));
            }
        }

        var all = jobEntries.ToImmutable();
        var diskFolders = all
            .Where(entry => entry.IsDirectory && entry.Path.Parent.Parent == folder / RepositoryPaths.DisksName)
            .Select(static entry => entry.Path);
        return new VmFolderListing { Entries = entries, JobEntries = all, DiskFolders = await ListAllAsync(remote, diskFolders, cancellationToken).ConfigureAwait(false) };
    }

    /// <summary>The listing with folders that metadata names in other places below <c>vdis</c>.</summary>
    public async ValueTask<VmFolderListing> WithFoldersAsync(IRemote remote, IEnumerable<RemotePath> folders, CancellationToken cancellationToken)
    {
        var more = await ListAllAsync(remote, folders.Where(folder => !DiskFolders.ContainsKey(folder)).Distinct(), cancellationToken).ConfigureAwait(false);
        return this with { DiskFolders = DiskFolders.AddRange(more) };
    }

    private static async ValueTask<ImmutableSortedDictionary<RemotePath, ImmutableArray<RemoteEntry>>> ListAllAsync(
        IRemote remote, IEnumerable<RemotePath> folders, CancellationToken cancellationToken)
    {
        var listed = await BoundedWork.RunAsync(
            folders.ToArray(),
            Concurrency,
            async (folder, stop) => KeyValuePair.Create(folder, await remote.ListIfThereAsync(folder, stop).ConfigureAwait(false)),
            cancellationToken).ConfigureAwait(false);
        return listed.ToImmutableSortedDictionary();
    }
}
