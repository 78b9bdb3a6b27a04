using MirrorBackup.Backups;
using MirrorBackup.Remotes;
using MirrorBackup.Repositories;

namespace MirrorBackup.Mirroring;

/// <summary>
/// What the files of a restore point looked like before they were read. Compared again before a copy is committed, so that a source that is
/// merged or pruned meanwhile, with or without a lock, never yields a mixture.
/// </summary>
internal sealed class SourceSnapshot
{
    private readonly IRemote _remote;
    private readonly List<RemoteEntry> _entries = [];

    private SourceSnapshot(IRemote remote) => _remote = remote;

    public static async Task<SourceSnapshot> TakeAsync(
        SourceBackups source, RestorePoint point, IEnumerable<string> revisionPaths, CancellationToken cancellationToken)
    {
        var snapshot = new SourceSnapshot(source.Remote);
        foreach (var path in revisionPaths.Prepend(RepositoryPaths.Metadata(point.Name)))
        {
            var file = source.Folder / path;
            var entry = await source.Remote.StatAsync(file, cancellationToken).ConfigureAwait(false)
                ?? throw new RemoteNotFoundException($"The file {file} of the source is gone since it was listed.", ErrorCodes.SourceChanged)
                {
                    Remote = source.Remote.Name,
                    Path = file.Value,
                };
            snapshot._entries.Add(entry);
        }

        return snapshot;
    }

    /// <summary>Raises <see cref="IntegrityException"/> with <see cref="ErrorCodes.SourceChanged"/> if a file is another than it was.</summary>
    public async ValueTask EnsureUnchangedAsync(CancellationToken cancellationToken)
    {
        foreach (var before in _entries)
        {
            var now = await _remote.StatAsync(before.Path, cancellationToken).ConfigureAwait(false);
            if (now != before)
            {
                throw new IntegrityException(
                    now is null
                        ? $"The file {before.Path} of the source is gone; it was there when its copy began."
                        : $"The file {before.Path} of the source changed while it was copied: it had {before.Length} bytes of {before.LastModified:O}, now it has {now.Value.Length} of {now.Value.LastModified:O}.",
                    ErrorCodes.SourceChanged)
                {
                    Remote = _remote.Name,
                    Path = before.Path.Value,
                };
            }
        }
    }
}
