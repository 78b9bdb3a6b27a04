using System.Collections.Immutable;
using MirrorBackup.Remotes;
using MirrorBackup.Vhd.Format;

namespace MirrorBackup.Vhd.Merging;

/// <summary>The steps of one merge, in the order in which they are called.</summary>
internal sealed class MergeRun : IAsyncDisposable
{
    private readonly IRemote _remote;
    private readonly RemotePath _folder;
    private readonly ImmutableArray<string> _chain;
    private readonly VhdMergeOptions _options;
    private MergeState _state = MergeState.Empty;
    private VhdFile? _ancestor;
    private MergeSource? _source;

    public MergeRun(IRemote remote, RemotePath folder, ImmutableArray<string> chain, VhdMergeOptions options)
    {
        _remote = remote;
        _folder = folder;
        _chain = chain;
        _options = options;
    }

    private RemotePath AncestorPath => _folder.Combine(_chain[0]);

    private RemotePath NewestPath => _folder.Combine(_chain[^1]);

    private RemotePath StatePath => _folder.Combine(MergeStateName.For(_chain[0]));

    public static ValueTask EnsureLockHeldAsync(VhdMergeOptions options, CancellationToken cancellationToken) =>
        options.EnsureLockHeld?.Invoke(cancellationToken) ?? ValueTask.CompletedTask;

    /// <summary>Checks the files of a new merge and writes its state: from now on it is one that can be resumed.</summary>
    public async ValueTask BeginAsync(CancellationToken cancellationToken)
    {
        await OpenAsync(VhdOpenOptions.Default, cancellationToken).ConfigureAwait(false);
        CheckLinks();
        _state = new MergeState
        {
            Chain = _chain,
            AncestorId = _ancestor!.Id,
            NewestId = _source!.Newest.Id,
            AncestorFooterChecksum = _ancestor.Footer.Checksum,
        };
        await WriteStateAsync(mustBeNew: true, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Goes on with what a state file says; with its progress, if that is proven to be about these files.</summary>
    public async ValueTask ContinueAsync(MergeState state, bool trustsProgress, CancellationToken cancellationToken)
    {
        await OpenAsync(MergeFolder.Tolerant, cancellationToken).ConfigureAwait(false);
        Restore(state);
        _state = _state with
        {
            Step = MergeStep.Blocks,
            NewestId = _source!.Newest.Id,
            AncestorFooterChecksum = _ancestor!.Footer.Checksum,
            CurrentBlock = trustsProgress && state.AppendSector is not null ? state.CurrentBlock : 0,
            AppendSector = trustsProgress ? state.AppendSector : null,
            AncestorId = state.AncestorId ?? (_ancestor.Id == _source.Newest.Id ? null : _ancestor.Id),
            MergedBytes = trustsProgress ? state.MergedBytes : 0,
        };
    }

    /// <summary>Takes over what a state file says.</summary>
    public void Restore(MergeState state) => _state = state with { Chain = _chain, Defect = null };

    /// <summary>Brings everything that the children hold into the ancestor and makes it the newest revision.</summary>
    public async ValueTask MergeBlocksAsync(CancellationToken cancellationToken)
    {
        await EnsureLockHeldAsync(_options, cancellationToken).ConfigureAwait(false);
        var target = new MergeAncestor(await _remote.OpenForUpdateAsync(AncestorPath, cancellationToken).ConfigureAwait(false));
        await using (target.ConfigureAwait(false))
        {
            await GrowAsync(target, cancellationToken).ConfigureAwait(false);
            var layout = MergeLayout.Create(_ancestor!, _source!.Blocks, _state.AppendSector);
            await target.ExtendAsync(_ancestor!.Footer, layout.End, cancellationToken).ConfigureAwait(false);
            _state = _state with { AppendSector = layout.AppendSector };
            await WriteStateAsync(mustBeNew: false, cancellationToken).ConfigureAwait(false);
            await CopyBlocksAsync(target, layout, cancellationToken).ConfigureAwait(false);
            await target.WriteTableAsync(_ancestor.Header!, layout.Blocks, layout.Sectors, cancellationToken).ConfigureAwait(false);
            await target.WriteFootersAsync(NewFooter(), layout.End, cancellationToken).ConfigureAwait(false);
            _state = _state with { DiskSize = FinalSize(layout) };
        }

        await CloseAsync().ConfigureAwait(false);
    }

    /// <summary>Puts the footers of a complete ancestor right: the one at the end, which a crash of Xen Orchestra's may have left wrong, and the geometry.</summary>
    public async ValueTask RepairFootersAsync(CancellationToken cancellationToken)
    {
        await EnsureLockHeldAsync(_options, cancellationToken).ConfigureAwait(false);
        var ancestor = await VhdFile.OpenAsync(_remote, AncestorPath, MergeFolder.Tolerant, cancellationToken).ConfigureAwait(false);
        await using (ancestor.ConfigureAwait(false))
        {
            var target = new MergeAncestor(await _remote.OpenForUpdateAsync(AncestorPath, cancellationToken).ConfigureAwait(false));
            await using (target.ConfigureAwait(false))
            {
                var end = MergeLayout.DataEnd(ancestor.Header!, ancestor.Placement!);
                await target.ExtendAsync(ancestor.Footer, end, cancellationToken).ConfigureAwait(false);
                if (ancestor.Footer.Geometry != VhdGeometry.Maximum)
                {
                    var footer = ancestor.Footer.With(new VhdFooterChanges { Geometry = VhdGeometry.Maximum });
                    await target.WriteFootersAsync(footer, end, cancellationToken).ConfigureAwait(false);
                }
            }
        }
    }

    /// <summary>Gives the ancestor, which is complete, the name of the newest child in one step.</summary>
    public async ValueTask RenameAsync(CancellationToken cancellationToken)
    {
        _state = _state with { Step = MergeStep.Cleanup };
        await WriteStateAsync(mustBeNew: false, cancellationToken).ConfigureAwait(false);
        await EnsureLockHeldAsync(_options, cancellationToken).ConfigureAwait(false);
        await _remote.MoveAsync(AncestorPath, NewestPath, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Removes the children between and, last, the state file.</summary>
    public async ValueTask<VhdMergeResult> RemoveAsync(CancellationToken cancellationToken)
    {
        var result = await DescribeAsync(cancellationToken).ConfigureAwait(false);
        await EnsureLockHeldAsync(_options, cancellationToken).ConfigureAwait(false);
        foreach (var name in _chain[1..^1])
        {
            await _remote.DeleteAsync(_folder.Combine(name), cancellationToken).ConfigureAwait(false);
        }

        if (_options.BeforeStateRemoval is { } before)
        {
            await before(result, cancellationToken).ConfigureAwait(false);
        }

        await EnsureLockHeldAsync(_options, cancellationToken).ConfigureAwait(false);
        await _remote.DeleteAsync(StatePath, cancellationToken).ConfigureAwait(false);
        return result;
    }

    public ValueTask DisposeAsync() => CloseAsync();

    private async ValueTask OpenAsync(VhdOpenOptions options, CancellationToken cancellationToken)
    {
        _ancestor = await VhdFile.OpenAsync(_remote, AncestorPath, options, cancellationToken).ConfigureAwait(false);
        RemotePath[] children = [.. _chain.Skip(1).Select(_folder.Combine)];
        _source = await MergeSource.OpenAsync(_remote, _ancestor, children, cancellationToken).ConfigureAwait(false);
    }

    // The children's links among each other are checked where they are opened.
    private void CheckLinks()
    {
        var first = _source!.First;
        if (first.ParentId != _ancestor!.Id || first.ParentName != _chain[0])
        {
            throw new CorruptBackupException(
                $"\"{first.Path}\" cannot be merged into \"{AncestorPath}\": found parent \"{first.ParentName}\" ({first.ParentId}), expected \"{_chain[0]}\" ({_ancestor.Id}).",
                ErrorCodes.BrokenChainLink);
        }
    }

    private async ValueTask GrowAsync(MergeAncestor target, CancellationToken cancellationToken)
    {
        var newest = _source!.Newest;
        var last = _source.Blocks.Count == 0 ? 0 : _source.Blocks[^1] + 1;
        var entries = Math.Max(last, (newest.VirtualSize + VhdHeader.UsualBlockSize - 1) / VhdHeader.UsualBlockSize);
        if (await TableGrowth.RunAsync(_ancestor!, target, entries, cancellationToken).ConfigureAwait(false))
        {
            await CloseAsync().ConfigureAwait(false);
            await OpenAsync(MergeFolder.Tolerant, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask CopyBlocksAsync(MergeAncestor target, MergeLayout layout, CancellationToken cancellationToken)
    {
        var bitmapBytes = VhdBlock.BitmapBytes(VhdHeader.UsualBlockSize);
        var buffer = new byte[bitmapBytes + VhdHeader.UsualBlockSize];
        buffer.AsSpan(0, bitmapBytes).Fill(0xFF);
        var sinceRecord = 0;
        for (var i = 0; i < layout.Blocks.Length; i++)
        {
            var block = layout.Blocks[i];
            if (block < _state.CurrentBlock)
            {
                continue;
            }

            await _source!.ReadAsync(block, buffer.AsMemory(bitmapBytes), cancellationToken).ConfigureAwait(false);
            await target.WriteBlockAsync(layout.Sectors[i], buffer, layout.Sectors[i] < layout.AppendSector, cancellationToken).ConfigureAwait(false);
            _state = _state with { MergedBytes = _state.MergedBytes + VhdHeader.UsualBlockSize };
            _options.Progress?.Report(_state.MergedBytes);
            if (++sinceRecord == _options.BlocksPerRecord)
            {
                await target.FlushAsync(cancellationToken).ConfigureAwait(false);
                _state = _state with { CurrentBlock = block + 1 };
                await WriteStateAsync(mustBeNew: false, cancellationToken).ConfigureAwait(false);
                await EnsureLockHeldAsync(_options, cancellationToken).ConfigureAwait(false);
                sinceRecord = 0;
            }
        }

        await target.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    private VhdFooter NewFooter()
    {
        var newest = _source!.Newest.Footer;
        return _ancestor!.Footer.With(new VhdFooterChanges
        {
            UniqueId = newest.UniqueId,
            CurrentSize = newest.CurrentSize,
            OriginalSize = newest.OriginalSize,
            Geometry = VhdGeometry.Maximum,
            Timestamp = newest.Timestamp,
        });
    }

    private long FinalSize(MergeLayout layout)
    {
        var appended = layout.Blocks.Count(block => !_ancestor!.Table!.TryGetSector(block, out _));
        return StreamSize(_ancestor!.Header!, _ancestor.Table!.Indexes.Length + appended);
    }

    private async ValueTask<VhdMergeResult> DescribeAsync(CancellationToken cancellationToken)
    {
        var survivor = await VhdFile.OpenAsync(_remote, NewestPath, null, cancellationToken).ConfigureAwait(false);
        await using (survivor.ConfigureAwait(false))
        {
            return new VhdMergeResult
            {
                Survivor = _chain[^1],
                MergedBytes = _state.MergedBytes,
                FinalSize = StreamSize(survivor.Header!, survivor.Table!.Indexes.Length),
                IsDifferencing = survivor.ParentId is not null,
            };
        }
    }

    // formats/vhd.md §2.1.
    private static long StreamSize(VhdHeader header, int blocks) =>
        VhdFooter.Size + VhdHeader.Size + BlockAllocationTable.StoredBytes(header.MaximumTableEntries)
        + ((long)blocks * VhdBlock.StoredBytes(VhdHeader.UsualBlockSize)) + VhdFooter.Size;

    private async ValueTask WriteStateAsync(bool mustBeNew, CancellationToken cancellationToken)
    {
        await EnsureLockHeldAsync(_options, cancellationToken).ConfigureAwait(false);
        await _remote.WriteAllAsync(StatePath, _state.ToJson(), new WriteOptions(MustBeNew: mustBeNew), cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask CloseAsync()
    {
        if (_source is not null)
        {
            await _source.DisposeAsync().ConfigureAwait(false);
            _source = null;
        }

        if (_ancestor is not null)
        {
            await _ancestor.DisposeAsync().ConfigureAwait(false);
            _ancestor = null;
        }
    }
}
