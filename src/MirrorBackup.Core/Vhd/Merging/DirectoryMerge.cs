using System.Collections.Immutable;
using MirrorBackup.Disks;
using MirrorBackup.Remotes;
using MirrorBackup.Vhd.Directories;
using MirrorBackup.Vhd.Format;

namespace MirrorBackup.Vhd.Merging;

/// <summary>
/// Merges VHD directories: the block files of the children move into the ancestor's directory, which the newest alias then leads to. No block is read
/// unless its bytes cannot stay what they are (<see cref="BlockMover"/>).
/// </summary>
internal sealed class DirectoryMerge(MergeJournal journal) : IMergeRun
{
    private readonly IRemote _remote = journal.Remote;
    private VhdDirectory? _ancestor;
    private MergeSource? _source;
    private BlockFiles? _ancestorFiles;
    private BlockWhereabouts? _blocks;
    private bool _wasCutOff;

    /// <inheritdoc/>
    public async ValueTask BeginAsync(CancellationToken cancellationToken)
    {
        await OpenAsync(wereWhole: false, cancellationToken).ConfigureAwait(false);
        _source!.CheckLinkTo(_ancestor!);
        CheckData();

        // What is missing before the first block has moved never moves: merging would let an older version pass for it.
        if (Array.FindIndex(_blocks!.Holders, static holder => holder < 0) is >= 0 and var missing)
        {
            throw new CorruptBackupException(
                $"\"{journal.NewestPath}\" cannot be merged into \"{journal.AncestorPath}\": the file of block {_blocks.Blocks[missing]} is missing in the youngest revision whose table has it.",
                ErrorCodes.MissingBlock) { Path = journal.NewestPath.Value };
        }

        journal.State = new MergeState
        {
            Chain = journal.Chain,
            AncestorId = _ancestor!.Id,
            NewestId = _source.Newest.Id,
            AncestorFooterChecksum = _ancestor.Footer.Checksum,
            ChildData = await FindChildDataAsync(cancellationToken).ConfigureAwait(false),
            CurrentBlock = _blocks.Blocks is [var first, ..] ? first : 0,
        };
        await journal.WriteAsync(mustBeNew: true, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask ContinueAsync(MergeState state, bool trustsProgress, CancellationToken cancellationToken)
    {
        _wasCutOff = true;
        await OpenAsync(trustsProgress, cancellationToken).ConfigureAwait(false);
        CheckData();
        if (_blocks!.Loss is { } loss)
        {
            throw new CorruptBackupException(
                $"The merge into \"{journal.AncestorPath}\" cannot be finished: {loss.Describe(journal.Chain[loss.Child + 1], journal.Chain[0])}.",
                ErrorCodes.CorruptMergeState) { Path = journal.AncestorPath.Value };
        }

        journal.Restore(state);
        journal.State = journal.State with
        {
            Step = MergeStep.Blocks,
            AncestorId = _ancestor!.Id,
            NewestId = _source!.Newest.Id,
            AncestorFooterChecksum = trustsProgress ? state.AncestorFooterChecksum : null,
            ChildData = await FindChildDataAsync(cancellationToken).ConfigureAwait(false),
        };
    }

    /// <inheritdoc/>
    public async ValueTask TakeUpAsync(MergeState state, MergeWork work, CancellationToken cancellationToken)
    {
        _wasCutOff = true;
        journal.Restore(state);
        var survivor = work == MergeWork.Rename ? journal.AncestorPath : journal.NewestPath;
        _ancestor = await VhdDirectory.OpenAsync(_remote, survivor, cancellationToken).ConfigureAwait(false);
        await MendAsync(cancellationToken).ConfigureAwait(false);
        journal.State = journal.State with { ChildData = await FindChildDataAsync(cancellationToken).ConfigureAwait(false), DiskSize = FinalSize(_ancestor) };
        if (work == MergeWork.Remove)
        {
            await journal.WriteAsync(mustBeNew: false, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async ValueTask MergeBlocksAsync(CancellationToken cancellationToken)
    {
        var writer = new DirectoryAncestor(_remote, _ancestor!);
        var newest = _source!.Newest;
        await journal.EnsureLockHeldAsync(cancellationToken).ConfigureAwait(false);
        await writer.GrowAsync(newest.VirtualSize, cancellationToken).ConfigureAwait(false);
        if (_source.Children.Any(IsForeign))
        {
            var arrived = _blocks!.Blocks.Where((_, i) => _blocks.Holders[i] == BlockWhereabouts.Arrived);
            await new ForeignBlocks(journal, writer).MendAsync(arrived, cancellationToken).ConfigureAwait(false);
        }

        await MoveBlocksAsync(writer, cancellationToken).ConfigureAwait(false);
        await journal.EnsureLockHeldAsync(cancellationToken).ConfigureAwait(false);
        await writer.CutAsync(_source.SmallestSize, _blocks!.Blocks, _ancestorFiles!, cancellationToken).ConfigureAwait(false);
        await writer.WriteTableAsync(_blocks.Blocks, cancellationToken).ConfigureAwait(false);

        // The new id says that everything is here: it comes after all else.
        await writer.WriteFooterAsync(MergedDisk.Footer(_ancestor!.Footer, newest.Footer), cancellationToken).ConfigureAwait(false);
        _ancestor = await VhdDirectory.OpenAsync(_remote, journal.AncestorPath, cancellationToken).ConfigureAwait(false);
        journal.State = journal.State with { DiskSize = FinalSize(_ancestor) };
    }

    /// <inheritdoc/>
    public async ValueTask RenameAsync(CancellationToken cancellationToken)
    {
        journal.State = journal.State with { Step = MergeStep.Cleanup };
        await journal.WriteAsync(mustBeNew: false, cancellationToken).ConfigureAwait(false);
        await journal.EnsureLockHeldAsync(cancellationToken).ConfigureAwait(false);
        await VhdAlias.WriteAsync(_remote, journal.NewestPath, _ancestor!.DataPath, default, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<VhdMergeResult> RemoveAsync(CancellationToken cancellationToken)
    {
        var survivor = await VhdDirectory.OpenAsync(_remote, journal.NewestPath, cancellationToken).ConfigureAwait(false);

        // The ancestor's alias goes first, and alone: what it leads to is the survivor's now.
        foreach (var name in journal.Chain[..^1])
        {
            await journal.EnsureLockHeldAsync(cancellationToken).ConfigureAwait(false);
            await _remote.DeleteAsync(journal.Folder.Combine(name), cancellationToken).ConfigureAwait(false);
        }

        var claims = await DataClaims.ReadAsync(_remote, journal.Folder, journal.StateName, cancellationToken).ConfigureAwait(false);
        foreach (var path in journal.State.ChildData)
        {
            var data = journal.Folder / path;
            if (claims.IsFree(data))
            {
                await journal.EnsureLockHeldAsync(cancellationToken).ConfigureAwait(false);
                await _remote.DeleteTreeAsync(data, cancellationToken).ConfigureAwait(false);
            }
        }

        if (_wasCutOff)
        {
            await journal.EnsureLockHeldAsync(cancellationToken).ConfigureAwait(false);
            await DataTemporaries.RemoveAsync(_remote, survivor.DataPath, cancellationToken).ConfigureAwait(false);
        }

        var result = new VhdMergeResult
        {
            Survivor = journal.Chain[^1],
            MergedBytes = journal.State.MergedBytes,
            FinalSize = FinalSize(survivor),
            IsDifferencing = survivor.ParentId is not null,
        };
        await journal.EndAsync(result, cancellationToken).ConfigureAwait(false);
        return result;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _source?.DisposeAsync() ?? default;

    private static long FinalSize(VhdDirectory disk) => MergedDisk.StreamLength(disk.Header, disk.AllocatedBlocks.Count);

    private async ValueTask OpenAsync(bool wereWhole, CancellationToken cancellationToken)
    {
        _ancestor = await VhdDirectory.OpenAsync(_remote, journal.AncestorPath, cancellationToken).ConfigureAwait(false);
        _source = await MergeSource.OpenAsync(_remote, _ancestor, journal.ChildPaths, cancellationToken).ConfigureAwait(false);
        _ancestorFiles = await BlockFiles.ListAsync(_remote, _ancestor.DataPath, cancellationToken).ConfigureAwait(false);
        var files = new List<BlockFiles>(_source.Children.Count);
        foreach (var child in _source.Children)
        {
            files.Add(await BlockFiles.ListAsync(_remote, ((VhdDirectory)child).DataPath, cancellationToken).ConfigureAwait(false));
        }

        _blocks = BlockWhereabouts.Find(_ancestor, _ancestorFiles, _source.Children, files, _source.Blocks, wereWhole);
    }

    // Two aliases to one directory would move blocks onto themselves, and then remove them.
    private void CheckData()
    {
        var seen = new Dictionary<RemotePath, RemotePath> { [_ancestor!.DataPath] = _ancestor.Path };
        foreach (var child in _source!.Children)
        {
            var data = ((VhdDirectory)child).DataPath;
            if (!seen.TryAdd(data, child.Path))
            {
                throw new CorruptBackupException(
                    $"\"{journal.NewestPath}\" cannot be merged into \"{journal.AncestorPath}\": \"{seen[data]}\" and \"{child.Path}\" both lead to \"{data}\".",
                    ErrorCodes.InvalidAlias) { Path = child.Path.Value };
            }
        }
    }

    // What the state says, and what the children's aliases say as long as they do: the newest will soon lead elsewhere.
    private async ValueTask<ImmutableArray<string>> FindChildDataAsync(CancellationToken cancellationToken)
    {
        var found = new HashSet<string>(journal.State.ChildData, StringComparer.Ordinal);
        foreach (var child in journal.ChildPaths)
        {
            if (await VhdAlias.TryReadAsync(_remote, child, cancellationToken).ConfigureAwait(false) is { } data && data != _ancestor!.DataPath)
            {
                found.Add($"{VhdAlias.DataFolder}/{data.Name}");
            }
        }

        return [.. found.Order(StringComparer.Ordinal)];
    }

    private bool IsForeign(IVhdDisk child) => ((VhdDirectory)child).Codec != _ancestor!.Codec;

    // What Xen Orchestra completed: its header may be that of a smaller disk, and blocks be compressed as those of a child that is still there.
    private async ValueTask MendAsync(CancellationToken cancellationToken)
    {
        var writer = new DirectoryAncestor(_remote, _ancestor!);
        await journal.EnsureLockHeldAsync(cancellationToken).ConfigureAwait(false);
        await writer.GrowAsync(_ancestor!.VirtualSize, cancellationToken).ConfigureAwait(false);
        BlockFiles? files = null;
        foreach (var path in journal.ChildPaths)
        {
            if (await TryOpenAsync(path, cancellationToken).ConfigureAwait(false) is { } child && child.DataPath != _ancestor.DataPath && IsForeign(child))
            {
                files ??= await BlockFiles.ListAsync(_remote, _ancestor.DataPath, cancellationToken).ConfigureAwait(false);
                await new ForeignBlocks(journal, writer).MendAsync(child.AllocatedBlocks.Where(files.Contains), cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask<VhdDirectory?> TryOpenAsync(RemotePath alias, CancellationToken cancellationToken)
    {
        try
        {
            return await VhdDirectory.OpenAsync(_remote, alias, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is RemoteNotFoundException || e.IsDamage())
        {
            return null;
        }
    }

    private async ValueTask MoveBlocksAsync(DirectoryAncestor writer, CancellationToken cancellationToken)
    {
        // Where it is proven that every child was whole, it does not matter which moves a power cut leaves undone. Else only their order tells what has moved.
        var grade = journal.State.AncestorFooterChecksum is null ? WriteGrade.Publish : WriteGrade.Stage;
        using var mover = new BlockMover(_remote, _source!, writer, grade);
        var (blocks, holders) = (_blocks!.Blocks, _blocks.Holders);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Math.Min(journal.Options.MovesAtOnce, BlockWhereabouts.MostAtOnce), CancellationToken = cancellationToken };
        for (int start = 0, end; start < blocks.Length; start = end)
        {
            end = Math.Min(start + journal.Options.MovesPerRecord, blocks.Length);
            if (holders.AsSpan(start, end - start).ContainsAnyExcept(BlockWhereabouts.Arrived))
            {
                journal.State = journal.State with { CurrentBlock = blocks[start] };
                await journal.WriteAsync(mustBeNew: false, cancellationToken).ConfigureAwait(false);
                await Parallel.ForAsync(start, end, parallel, (i, stop) => holders[i] < 0 ? default : mover.MoveAsync(blocks[i], holders[i], stop)).ConfigureAwait(false);

                // Before a record, or the table, says that they are there.
                await _remote.FlushAsync(_ancestor!.DataPath, cancellationToken).ConfigureAwait(false);
            }

            journal.State = journal.State with { CurrentBlock = blocks[end - 1] + 1, MergedBytes = (long)end * VhdHeader.UsualBlockSize };
            journal.Options.Progress?.Report(journal.State.MergedBytes);
        }
    }
}
