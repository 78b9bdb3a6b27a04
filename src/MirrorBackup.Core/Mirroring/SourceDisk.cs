using System.Collections.Immutable;
using MirrorBackup.Disks;
using MirrorBackup.Vhd;
using MirrorBackup.Vhd.Directories;
using MirrorBackup.Vhd.Merging;

namespace MirrorBackup.Mirroring;

/// <summary>What a <see cref="Planning.DiskTransfer"/> sends: one revision, or several as one, with whole blocks only.</summary>
internal sealed class SourceDisk : IAsyncDisposable
{
    private SourceDisk(IReadOnlyList<IVirtualDisk> revisions, WholeBlockDisk disk) => (Revisions, Disk) = (revisions, disk);

    /// <summary>The revisions, oldest first.</summary>
    public IReadOnlyList<IVirtualDisk> Revisions { get; }

    /// <summary>They as one.</summary>
    public WholeBlockDisk Disk { get; }

    /// <summary>Opens it.</summary>
    /// <param name="source">The source.</param>
    /// <param name="paths">The revisions, oldest first.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The disk, owned by the caller.</returns>
    public static async ValueTask<SourceDisk> OpenAsync(SourceBackups source, ImmutableArray<string> paths, CancellationToken cancellationToken)
    {
        var opened = new List<IVirtualDisk>(paths.Length);
        try
        {
            foreach (var path in paths)
            {
                opened.Add(await UnfinishedMerges.OpenAsync(source.Remote, source.Folder / path, source.RevisionAt(path), cancellationToken).ConfigureAwait(false));
            }

            var run = opened.Count == 1 ? opened[0] : DiskChain.Create(opened);

            // What is written holds whole blocks, because Xen Orchestra ignores sector bitmaps; sectors that the run leaves out come from below it.
            return new SourceDisk(opened, new WholeBlockDisk(run, stop => OpenBelowAsync(source, paths[0], stop)));
        }
        catch
        {
            foreach (var disk in opened)
            {
                await disk.DisposeAsync().ConfigureAwait(false);
            }

            throw;
        }
    }

    /// <summary>Which of the revisions an error is about, where it names a file in a VHD directory; -1 if none of them can be told.</summary>
    public int FindDamaged(Exception error)
    {
        for (var i = 0; i < Revisions.Count; i++)
        {
            if (Revisions[i] is VhdDirectory directory
                && error is MirrorBackupException { Path: { } path }
                && path.StartsWith($"{directory.DataPath}/", StringComparison.Ordinal))
            {
                return i;
            }
        }

        return -1;
    }

    public ValueTask DisposeAsync() => Disk.DisposeAsync();

    private static async ValueTask<IVirtualDisk> OpenBelowAsync(SourceBackups source, string path, CancellationToken cancellationToken) =>
        source.ParentOf(path) is { } parent
            ? await VhdChain.OpenAsync(source.Remote, source.Folder / parent.Path, null, cancellationToken).ConfigureAwait(false)
            : throw new CorruptBackupException(
                $"The disk {source.Folder / path} holds blocks of which some sectors are its parent's, and the parent is not there.",
                ErrorCodes.BrokenChainLink) { Remote = source.Remote.Name, Path = (source.Folder / path).Value };
}
