using System.Globalization;
using System.Text.Json;
using MirrorBackup.Remotes;

namespace MirrorBackup.Repositories.Cleaning;

/// <summary>
/// Moves things aside instead of deleting them, outside the folder of backups, where Xen Orchestra does not look:
/// <c>.mirrorbackup/quarantine/&lt;time&gt;/&lt;vm&gt;/files/…</c>, with a manifest beside <c>files</c>.
/// </summary>
internal sealed class Quarantine : IRemoval
{
    private static readonly RemotePath s_folder = RemotePath.Parse(".mirrorbackup/quarantine");

    private readonly IRemote _remote;
    private readonly RemotePath _vmFolder;
    private readonly RemotePath _target;
    private QuarantineManifest _manifest;

    public Quarantine(IRemote remote, string vm, DateTimeOffset began)
    {
        _remote = remote;
        _vmFolder = RepositoryPaths.VmFolder(vm);
        _target = FolderOf(began) / vm;
        _manifest = new QuarantineManifest(1, vm, began, []);
    }

    /// <summary>Why what is removed next is removed.</summary>
    public string Reason { get; set; } = "";

    /// <summary>Whether anything was moved.</summary>
    public bool IsUsed => !_manifest.Items.IsEmpty;

    /// <summary>Where a cleaning that began at an instant moves things.</summary>
    public static RemotePath FolderOf(DateTimeOffset began) => s_folder / began.UtcDateTime.ToString("yyyyMMdd'T'HHmmssfff'Z'", CultureInfo.InvariantCulture);

    public async ValueTask RemoveFileAsync(RemotePath path, CancellationToken cancellationToken)
    {
        if (await _remote.StatAsync(path, cancellationToken).ConfigureAwait(false) is { } entry)
        {
            await RecordAsync(path, entry.Length, isDirectory: false, cancellationToken).ConfigureAwait(false);
            await MoveAsync(path, cancellationToken).ConfigureAwait(false);
        }
    }

    public async ValueTask RemoveTreeAsync(RemotePath path, CancellationToken cancellationToken)
    {
        if (await _remote.StatAsync(path, cancellationToken).ConfigureAwait(false) is null)
        {
            return;
        }

        var tree = await RemoteTree.ReadAsync(_remote, path, cancellationToken).ConfigureAwait(false);
        await RecordAsync(path, tree.Bytes, isDirectory: true, cancellationToken).ConfigureAwait(false);
        foreach (var file in tree.Entries.Where(static entry => !entry.IsDirectory))
        {
            await MoveAsync(file.Path, cancellationToken).ConfigureAwait(false);
        }

        var rest = await RemoteTree.ReadAsync(_remote, path, cancellationToken).ConfigureAwait(false);
        if (rest.Entries.FirstOrDefault(static entry => !entry.IsDirectory) is { Path.IsRoot: false } added)
        {
            throw new RemoteConflictException($"{path} is not removed: {added.Path} has appeared in it while the rest was moved aside.", ErrorCodes.RemoteAlreadyExists)
            {
                Remote = _remote.Name,
                Path = added.Path.Value,
            };
        }

        await _remote.DeleteTreeAsync(path, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask MoveAsync(RemotePath path, CancellationToken cancellationToken)
    {
        try
        {
            await _remote.MoveAsync(path, TargetOf(path), cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (RemoteNotFoundException)
        {
            // Gone already.
        }
    }

    private async ValueTask RecordAsync(RemotePath path, long bytes, bool isDirectory, CancellationToken cancellationToken)
    {
        _manifest = _manifest with { Items = _manifest.Items.Add(new QuarantinedItem(path.Value, TargetOf(path).Value, Reason, bytes, isDirectory)) };
        await _remote.WriteAllAsync(
            _target / "manifest.json", JsonSerializer.SerializeToUtf8Bytes(_manifest, CleaningContext.Default.QuarantineManifest), default, cancellationToken).ConfigureAwait(false);
    }

    private RemotePath TargetOf(RemotePath path) => _target / $"files/{path.Value[(_vmFolder.Value.Length + 1)..]}";
}
