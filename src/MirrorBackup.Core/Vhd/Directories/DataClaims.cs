using System.Collections.Concurrent;
using MirrorBackup.Remotes;
using MirrorBackup.Vhd.Merging;

namespace MirrorBackup.Vhd.Directories;

/// <summary>
/// Which directories below <c>data/</c> belong to somebody: those that an alias of the folder names, whatever their names, and those whose names belong to a
/// member of an unfinished merge. After a merge names lie, so only this decides what is free.
/// </summary>
internal sealed class DataClaims
{
    private const int Concurrency = 8;

    // On a storage that takes upper and lower case for the same, a name in another case is the same directory.
    private readonly ConcurrentDictionary<string, bool> _claimed = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, bool> _merging = new(StringComparer.Ordinal);
    private volatile bool _isComplete = true;

    private DataClaims()
    {
    }

    /// <summary>Whether everything that may claim a directory could be read. If not, nothing that is there is free.</summary>
    public bool IsComplete => _isComplete;

    /// <summary>Reads all aliases and merge states of a folder.</summary>
    /// <param name="remote">Where it lies.</param>
    /// <param name="diskFolder">The folder of one disk; one that is not there claims nothing.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public static ValueTask<DataClaims> ReadAsync(IRemote remote, RemotePath diskFolder, CancellationToken cancellationToken) =>
        ReadAsync(remote, diskFolder, null, cancellationToken);

    /// <summary>Reads all aliases and merge states of a folder but one, which is about to go.</summary>
    /// <param name="remote">Where it lies.</param>
    /// <param name="diskFolder">The folder of one disk; one that is not there claims nothing.</param>
    /// <param name="except">The name of the alias or state whose claims do not count.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public static async ValueTask<DataClaims> ReadAsync(IRemote remote, RemotePath diskFolder, string? except, CancellationToken cancellationToken)
    {
        var claims = new DataClaims();
        var sources = new List<RemotePath>();
        try
        {
            await foreach (var entry in remote.ListAsync(diskFolder, cancellationToken).ConfigureAwait(false))
            {
                if (entry.Name != except && (VhdAlias.IsAlias(entry.Name) || MergeStateName.TryParse(entry.Name, out _)))
                {
                    sources.Add(entry.Path);
                }
            }
        }
        catch (RemoteNotFoundException)
        {
            return claims;
        }

        await Parallel.ForEachAsync(
            sources,
            new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = cancellationToken },
            (path, stop) => claims.AddAsync(remote, path, stop)).ConfigureAwait(false);
        return claims;
    }

    /// <summary>Whether a directory belongs to nobody for certain, so that it may be removed.</summary>
    public bool IsFree(RemotePath dataPath) => IsComplete && !IsClaimed(dataPath);

    /// <summary>Whether a directory is known to belong to somebody.</summary>
    public bool IsClaimed(RemotePath dataPath) => _claimed.ContainsKey(dataPath.Name);

    /// <summary>Whether an unfinished merge names a disk of the folder.</summary>
    public bool IsMerging(string name) => _merging.ContainsKey(name);

    private async ValueTask AddAsync(IRemote remote, RemotePath path, CancellationToken cancellationToken)
    {
        var isState = MergeStateName.TryParse(path.Name, out var ancestor);
        try
        {
            if (isState)
            {
                var state = await Damage.ReadTwiceAsync(stop => ReadStateAsync(remote, path, stop), cancellationToken).ConfigureAwait(false);
                Add(path.Parent, state.Chain.Add(ancestor!));
            }
            else
            {
                Add(await Damage.ReadTwiceAsync(stop => VhdAlias.ReadAsync(remote, path, stop), cancellationToken).ConfigureAwait(false));
            }
        }
        catch (RemoteNotFoundException)
        {
            // Removed meanwhile: it claims nothing any more.
        }
        catch (MirrorBackupException broken) when (broken is RemoteConflictException || broken.IsDamage())
        {
            _isComplete = false;
            Add(path.Parent, isState ? [ancestor!] : []);
        }
    }

    private static async ValueTask<MergeState> ReadStateAsync(IRemote remote, RemotePath path, CancellationToken cancellationToken)
    {
        var content = await remote.ReadAllAsync(path, MergeStateName.MaximumLength, cancellationToken).ConfigureAwait(false);
        var state = MergeState.Parse(content, path.ToString());
        return state.Defect is null ? state : throw new CorruptBackupException($"The merge state {path} says nothing: {state.Defect}.") { Path = path.Value };
    }

    private void Add(RemotePath diskFolder, IEnumerable<string> members)
    {
        foreach (var name in members)
        {
            _merging[name] = true;
            if (VhdAlias.IsAlias(name) && name.Length > VhdAlias.Ending.Length)
            {
                Add(VhdAlias.DataPathFor(diskFolder / name));
            }
        }
    }

    private void Add(RemotePath dataPath) => _claimed[dataPath.Name] = true;
}
