using System.Collections.Immutable;
using MirrorBackup.Disks;
using MirrorBackup.Remotes;
using MirrorBackup.Vhd.Merging;

namespace MirrorBackup.Vhd;

/// <summary>Opens a VHD with its parents.</summary>
public static class VhdChain
{
    /// <summary>
    /// Follows the parents of a file, or of the alias of a directory, by their names (<c>formats/vhd.md</c> §4.1), each checked against the id that its child
    /// names. All lie in its folder; files and directories may be mixed.
    /// </summary>
    /// <param name="remote">Where they lie.</param>
    /// <param name="tip">The youngest revision.</param>
    /// <param name="options">Where to stop, and how strictly files are opened; <see langword="null"/> for the default.</param>
    /// <param name="cancellationToken">Stops the call; nothing stays open.</param>
    /// <returns>The open chain, owned by the caller.</returns>
    /// <exception cref="RemoteNotFoundException">The file or alias itself is not there.</exception>
    /// <exception cref="CorruptBackupException">
    /// A disk is damaged, or a link is: the parent is missing, has another id, lies in another folder, or is its own descendant
    /// (<see cref="ErrorCodes.BrokenChainLink"/>).
    /// </exception>
    /// <exception cref="UnsupportedBackupException">Block sizes differ, or the chain has more disks than allowed.</exception>
    public static async ValueTask<DiskChain> OpenAsync(
        IRemote remote, RemotePath tip, VhdChainOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(remote);
        options ??= VhdChainOptions.Default;
        try
        {
            return await OpenAsync(remote, tip, options, ImmutableDictionary<string, string>.Empty, cancellationToken).ConfigureAwait(false);
        }
        catch (MirrorBackupException broken) when (broken is RemoteNotFoundException or CorruptBackupException or IntegrityException)
        {
            // An unfinished merge may be why: then the chain is whole, but not under its names.
            var holders = await UnfinishedMerges.FindHoldersAsync(remote, tip.Parent, cancellationToken).ConfigureAwait(false);
            if (holders.IsEmpty)
            {
                throw;
            }

            return await OpenAsync(remote, tip, options, holders, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async ValueTask<DiskChain> OpenAsync(
        IRemote remote, RemotePath tip, VhdChainOptions options, ImmutableDictionary<string, string> holders, CancellationToken cancellationToken)
    {
        var youngestFirst = new List<IVhdDisk>();
        try
        {
            await OpenDisksAsync(remote, tip, options, holders, youngestFirst, cancellationToken).ConfigureAwait(false);
            youngestFirst.Reverse();
            return DiskChain.Create(youngestFirst);
        }
        catch
        {
            foreach (var file in youngestFirst)
            {
                await file.DisposeAsync().ConfigureAwait(false);
            }

            throw;
        }
    }

    private static async ValueTask OpenDisksAsync(
        IRemote remote,
        RemotePath tip,
        VhdChainOptions options,
        ImmutableDictionary<string, string> holders,
        List<IVhdDisk> youngestFirst,
        CancellationToken cancellationToken)
    {
        var seen = new HashSet<RemotePath> { tip };
        var child = await OpenDiskAsync(remote, tip, options, holders, cancellationToken).ConfigureAwait(false);
        youngestFirst.Add(child);
        while (child.ParentId is { } parentId && parentId != options.StopAbove)
        {
            var path = ResolveParent(child);
            if (!seen.Add(path))
            {
                throw Broken(child, $"its parent, {path}, is also its descendant: the links form a circle");
            }

            if (youngestFirst.Count >= options.MaximumLength)
            {
                throw new UnsupportedBackupException($"{tip}: more than {options.MaximumLength} disks in the chain of parents.") { Path = tip.Value };
            }

            child = await OpenParentAsync(remote, child, parentId, path, options, holders, cancellationToken).ConfigureAwait(false);
            youngestFirst.Add(child);
        }

        if (options.StopAbove is { } stop && child.ParentId != stop)
        {
            throw Broken(child, $"it is a key, and the revision {stop}, above which to stop, is not among its descendants' parents");
        }
    }

    // The end of an ancestor may have been left without its footer, or with an older one.
    private static ValueTask<IVhdDisk> OpenDiskAsync(
        IRemote remote, RemotePath path, VhdChainOptions options, ImmutableDictionary<string, string> holders, CancellationToken cancellationToken) =>
        holders.TryGetValue(path.Name, out var ancestor)
            ? VhdDisk.OpenAsync(remote, path.Parent.Combine(ancestor), MergeFolder.Tolerant, cancellationToken)
            : VhdDisk.OpenAsync(remote, path, options.Files, cancellationToken);

    private static async ValueTask<IVhdDisk> OpenParentAsync(
        IRemote remote,
        IVhdDisk child,
        Guid parentId,
        RemotePath path,
        VhdChainOptions options,
        ImmutableDictionary<string, string> holders,
        CancellationToken cancellationToken)
    {
        IVhdDisk parent;
        try
        {
            parent = await OpenDiskAsync(remote, path, options, holders, cancellationToken).ConfigureAwait(false);
        }
        catch (RemoteNotFoundException missing)
        {
            throw Broken(child, $"its parent, {path} ({parentId}), is missing", missing);
        }

        if (parent.Id == parentId)
        {
            return parent;
        }

        var found = parent.Id;
        await parent.DisposeAsync().ConfigureAwait(false);
        throw Broken(child, $"its parent, {path}, is the revision {found}, expected {parentId}");
    }

    /// <summary>Makes a path of the name of a parent.</summary>
    /// <exception cref="CorruptBackupException">There is no name, or it leads out of the folder.</exception>
    internal static RemotePath ResolveParent(IVhdDisk child)
    {
        var name = child.ParentName ?? "";
        if (name.Length == 0)
        {
            throw Broken(child, "it is a delta but names no parent");
        }

        // Programs of Windows write ".\parent.vhd".
        var plain = name.StartsWith("./", StringComparison.Ordinal) || name.StartsWith(".\\", StringComparison.Ordinal) ? name[2..] : name;
        if (plain.AsSpan().ContainsAny('/', '\\') || plain is "." or "..")
        {
            throw Broken(child, $"the name of its parent, \"{name}\", leaves the folder");
        }

        return RemotePath.TryParse(plain, out _) && RemotePath.TryParse(child.Path.Parent.IsRoot ? plain : $"{child.Path.Parent}/{plain}", out var path)
            ? path
            : throw Broken(child, "the name of its parent is not that of a file");
    }

    private static CorruptBackupException Broken(IVhdDisk child, string problem, Exception? cause = null) =>
        new($"{child.Name}: {problem}.", ErrorCodes.BrokenChainLink, cause) { Path = child.Name };
}
