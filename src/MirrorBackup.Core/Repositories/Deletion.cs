using MirrorBackup.Remotes;

namespace MirrorBackup.Repositories;

/// <summary>Deletes, for good.</summary>
internal sealed class Deletion(IRemote remote) : IRemoval
{
    public ValueTask RemoveFileAsync(RemotePath path, CancellationToken cancellationToken) => remote.DeleteAsync(path, cancellationToken);

    public ValueTask RemoveTreeAsync(RemotePath path, CancellationToken cancellationToken) => remote.DeleteTreeAsync(path, cancellationToken);
}
