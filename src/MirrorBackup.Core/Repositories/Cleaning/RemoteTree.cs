using System.Collections.Immutable;
using MirrorBackup.Remotes;

namespace MirrorBackup.Repositories.Cleaning;

/// <summary>Everything below a directory. What cannot be listed is raised, so that nothing seems absent that is not.</summary>
/// <param name="Entries">Files and directories, and what else there is, at any depth.</param>
internal sealed record RemoteTree(ImmutableArray<RemoteEntry> Entries)
{
    /// <summary>Bytes of all files.</summary>
    public long Bytes => Entries.Sum(static entry => entry.Length);

    /// <summary>Lists it.</summary>
    public static async ValueTask<RemoteTree> ReadAsync(IRemote remote, RemotePath directory, CancellationToken cancellationToken)
    {
        var entries = ImmutableArray.CreateBuilder<RemoteEntry>();
        var open = new Stack<RemotePath>([directory]);
        while (open.TryPop(out var next))
        {
            try
            {
                await foreach (var entry in remote.ListAsync(next, cancellationToken).ConfigureAwait(false))
                {
                    entries.Add(entry);
                    if (entry.IsDirectory)
                    {
                        open.Push(entry.Path);
                    }
                }
            }
            catch (RemoteNotFoundException)
            {
                // Removed meanwhile.
            }
        }

        return new RemoteTree(entries.ToImmutable());
    }
}
