using System.Collections.Immutable;

namespace MirrorBackup.Remotes;

/// <summary>Whole listings, for those who need all of a directory before they do anything about a part of it.</summary>
internal static class RemoteListings
{
    /// <summary>Everything in a directory, by path.</summary>
    /// <exception cref="RemoteNotFoundException">There is no such directory.</exception>
    public static async ValueTask<ImmutableArray<RemoteEntry>> ListAllAsync(this IRemote remote, RemotePath directory, CancellationToken cancellationToken)
    {
        var entries = ImmutableArray.CreateBuilder<RemoteEntry>();
        await foreach (var entry in remote.ListAsync(directory, cancellationToken).ConfigureAwait(false))
        {
            entries.Add(entry);
        }

        entries.Sort(static (left, right) => left.Path.CompareTo(right.Path));
        return entries.DrainToImmutable();
    }

    /// <summary>Everything in a directory, by path; nothing where there is no such directory. Every other failure is raised, so that nothing seems absent that is not.</summary>
    public static async ValueTask<ImmutableArray<RemoteEntry>> ListIfThereAsync(this IRemote remote, RemotePath directory, CancellationToken cancellationToken)
    {
        try
        {
            return await remote.ListAllAsync(directory, cancellationToken).ConfigureAwait(false);
        }
        catch (RemoteNotFoundException)
        {
            return [];
        }
    }
}
