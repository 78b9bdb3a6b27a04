using MirrorBackup.Backups;
using MirrorBackup.Remotes;
using MirrorBackup.Repositories;
using MirrorBackup.Vhd.Directories;
using MirrorBackup.Vhd.Merging;

namespace MirrorBackup.Mirroring;

/// <summary>
/// What the files of a restore point looked like before they were read. Compared again before a copy is committed, so that a source that is
/// merged or pruned meanwhile, with or without a lock, never yields a mixture.
/// </summary>
internal sealed class SourceSnapshot
{
    private readonly IRemote _remote;
    private readonly List<(RemotePath Path, RemoteEntry? Before)> _entries = [];

    private SourceSnapshot(IRemote remote) => _remote = remote;

    public static async Task<SourceSnapshot> TakeAsync(
        SourceBackups source, RestorePoint point, IEnumerable<string> revisionPaths, CancellationToken cancellationToken)
    {
        var snapshot = new SourceSnapshot(source.Remote);
        foreach (var path in revisionPaths.Prepend(RepositoryPaths.Metadata(point.Name)))
        {
            if (source.MergeInto(path) is { } merge)
            {
                await snapshot.AddMergeAsync(source.Folder, merge, cancellationToken).ConfigureAwait(false);
                continue;
            }

            var file = source.Folder / path;
            await snapshot.AddAsync(file, cancellationToken).ConfigureAwait(false);
            if (VhdAlias.IsAlias(file.Name))
            {
                await snapshot.AddDirectoryAsync(file, cancellationToken).ConfigureAwait(false);
            }
        }

        return snapshot;
    }

    /// <summary>Raises <see cref="IntegrityException"/> with <see cref="ErrorCodes.SourceChanged"/> if a file is another than it was.</summary>
    public async ValueTask EnsureUnchangedAsync(CancellationToken cancellationToken)
    {
        foreach (var (path, before) in _entries)
        {
            var now = await _remote.StatAsync(path, cancellationToken).ConfigureAwait(false);
            if (now != before)
            {
                throw new IntegrityException($"The file {path} of the source changed while it was copied: {TextOf(before)} when the copy began, {TextOf(now)} now.", ErrorCodes.SourceChanged)
                {
                    Remote = _remote.Name,
                    Path = path.Value,
                };
            }
        }
    }

    private async ValueTask AddAsync(RemotePath file, CancellationToken cancellationToken)
    {
        var entry = await _remote.StatAsync(file, cancellationToken).ConfigureAwait(false)
            ?? throw new RemoteNotFoundException($"The file {file} of the source is gone since it was listed.", ErrorCodes.SourceChanged)
            {
                Remote = _remote.Name,
                Path = file.Value,
            };
        _entries.Add((file, entry));
    }

    // What a merge has left may be there or not; whoever goes on with it writes the state first.
    private async ValueTask AddMergeAsync(RemotePath folder, PendingMerge merge, CancellationToken cancellationToken)
    {
        foreach (var path in merge.Paths.Prepend(merge.StatePath))
        {
            var file = folder / path;
            _entries.Add((file, await _remote.StatAsync(file, cancellationToken).ConfigureAwait(false)));
        }
    }

    // An alias stays what it is while a merge moves blocks into its directory: the state file tells, and at its end the footer.
    private async ValueTask AddDirectoryAsync(RemotePath alias, CancellationToken cancellationToken)
    {
        var state = alias.Parent / MergeStateName.For(alias.Name);
        _entries.Add((state, await _remote.StatAsync(state, cancellationToken).ConfigureAwait(false)));
        var dataPath = await VhdAlias.ReadAsync(_remote, alias, cancellationToken).ConfigureAwait(false);
        await AddAsync(VhdDirectoryLayout.Header(dataPath), cancellationToken).ConfigureAwait(false);
        await AddAsync(VhdDirectoryLayout.Footer(dataPath), cancellationToken).ConfigureAwait(false);
        await AddAsync(VhdDirectoryLayout.Bat(dataPath), cancellationToken).ConfigureAwait(false);
    }

    private static string TextOf(RemoteEntry? entry) => entry is { } file
        ? $"{file.Length} bytes of {file.LastModified:O}"
        : "nothing";
}
