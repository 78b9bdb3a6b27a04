using MirrorBackup.Remotes;

namespace MirrorBackup.Repositories;

/// <summary>How what nobody needs is taken away.</summary>
internal interface IRemoval
{
    /// <summary>Takes a file away. Nothing happens if it is not there.</summary>
    ValueTask RemoveFileAsync(RemotePath path, CancellationToken cancellationToken);

    /// <summary>Takes a directory away with all that is below it. Nothing happens if it is not there.</summary>
    ValueTask RemoveTreeAsync(RemotePath path, CancellationToken cancellationToken);
}
