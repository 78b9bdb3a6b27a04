using MirrorBackup.Remotes;
using MirrorBackup.Vhd.Format;

namespace MirrorBackup.Vhd.Merging;

/// <summary>Merges VHD files: the blocks of the children are copied into the ancestor, which stays a valid disk throughout.</summary>
internal sealed class FileMerge(MergeJournal journal) : IMergeRun
{
    private readonly IRemote _remote = journal.Remote;
    private readonly VhdMergeOptions _options = journal.Options;
    private VhdFile? _ancestor;
    private MergeSource? _source;

    /// <inheritdoc/>
    public async ValueTask BeginAsync(CancellationToken cancellationToken)
    {
        await OpenAsync(VhdOpenOptions.Default, cancellationToken).ConfigureAwait(false);
        _source!.CheckLinkTo(_ancestor!);
        journal.State = new MergeState
        {
            Chain = journal.Chain,
            AncestorId = _ancestor!.Id,
            NewestId = _source.Newest.Id,
            AncestorFooterChecksum = _ancestor.Footer.Checksum,
        };
        await journal.WriteAsync(mustBeNew: true, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask ContinueAsync(MergeState state, bool trustsProgress, CancellationToken cancellationToken)
    {
        await OpenAsync(MergeFolder.Tolerant, cancellationToken).ConfigureAwait(false);
        journal.Restore(state);
        journal.State = journal.State with
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

    /// <inheritdoc/>
    public async ValueTask TakeUpAsync(MergeState state, MergeWork work, CancellationToken cancellationToken)
    {
        journal.Restore(state);
        if (work == MergeWork.Rename)
        {
            await RepairFootersAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async ValueTask MergeBlocksAsync(CancellationToken cancellationToken)
    {
        await journal.EnsureLockHeldAsync(cancellationToken).ConfigureAwait(false);
        var target = new MergeAncestor(await _remote.OpenForUpdateAsync(journal.AncestorPath, cancellationToken).ConfigureAwait(false));
        await using (target.ConfigureAwait(false))
        {
            await GrowAsync(target, cancellationToken).ConfigureAwait(false);
            var layout = MergeLayout.Create(_ancestor!, _source!.Blocks, journal.State.AppendSector);
            await target.ExtendAsync(_ancestor!.Footer, layout.End, cancellationToken).ConfigureAwait(false);
            journal.State = journal.State with { AppendSector = layout.AppendSector };
            await journal.WriteAsync(mustBeNew: false, cancellationToken).ConfigureAwait(false);
            await CopyBlocksAsync(target, layout, cancellationToken).ConfigureAwait(false);
            await target.WriteTableAsync(_ancestor.Header!, layout.Blocks, layout.Sectors, cancellationToken).ConfigureAwait(false);
            await target.WriteFootersAsync(MergedDisk.Footer(_ancestor.Footer, _source.Newest.Footer), layout.End, cancellationToken).ConfigureAwait(false);
            journal.State = journal.State with { DiskSize = FinalSize(layout) };
        }

        await CloseAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask RenameAsync(CancellationToken cancellationToken)
    {
        journal.State = journal.State with { Step = MergeStep.Cleanup };
        await journal.WriteAsync(mustBeNew: false, cancellationToken).ConfigureAwait(false);
        await journal.EnsureLockHeldAsync(cancellationToken).ConfigureAwait(false);
        await _remote.MoveAsync(journal.AncestorPath, journal.NewestPath, cancellationToken: cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<VhdMergeResult> RemoveAsync(CancellationToken cancellationToken)
    {
        var result = await DescribeAsync(cancellationToken).ConfigureAwait(false);
        foreach (var child in journal.ChildPaths[..^1])
        {
            await journal.EnsureLockHeldAsync(cancellationToken).ConfigureAwait(false);
            await _remote.DeleteAsync(child, cancellationToken).ConfigureAwait(false);
        }

        await journal.EndAsync(result, cancellationToken).ConfigureAwait(false);
        return result;
    }

    public ValueTask DisposeAsync() => CloseAsync();

    private async ValueTask OpenAsync(VhdOpenOptions options, CancellationToken cancellationToken)
    {
        _ancestor = await VhdFile.OpenAsync(_remote, journal.AncestorPath, options, cancellationToken).ConfigureAwait(false);
        _source = await MergeSource.OpenAsync(_remote, _ancestor, journal.ChildPaths, cancellationToken).ConfigureAwait(false);
    }

    // The footer at the end, which a crash of Xen Orchestra's may have left wrong, and the geometry.
    private async ValueTask RepairFootersAsync(CancellationToken cancellationToken)
    {
        await journal.EnsureLockHeldAsync(cancellationToken).ConfigureAwait(false);
        var ancestor = await VhdFile.OpenAsync(_remote, journal.AncestorPath, MergeFolder.Tolerant, cancellationToken).ConfigureAwait(false);
        await using (ancestor.ConfigureAwait(false))
        {
            var target = new MergeAncestor(await _remote.OpenForUpdateAsync(journal.AncestorPath, cancellationToken).ConfigureAwait(false));
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
        var done = layout.Blocks.Count(block => block < journal.State.CurrentBlock);
        var ahead = new BlocksAhead(_source!, layout.Blocks.AsMemory(done));
        await using (ahead.ConfigureAwait(false))
        {
            var sinceRecord = 0;
            for (var i = done; i < layout.Blocks.Length; i++)
            {
                var block = await ahead.ReadAsync(cancellationToken).ConfigureAwait(false);
                await target.WriteBlockAsync(layout.Sectors[i], block, layout.Sectors[i] < layout.AppendSector, cancellationToken).ConfigureAwait(false);
                journal.State = journal.State with { MergedBytes = journal.State.MergedBytes + VhdHeader.UsualBlockSize };
                _options.Progress?.Report(journal.State.MergedBytes);
                if (++sinceRecord == _options.BlocksPerRecord)
                {
                    await target.FlushAsync(cancellationToken).ConfigureAwait(false);
                    journal.State = journal.State with { CurrentBlock = layout.Blocks[i] + 1 };
                    await journal.WriteAsync(mustBeNew: false, cancellationToken).ConfigureAwait(false);
                    await journal.EnsureLockHeldAsync(cancellationToken).ConfigureAwait(false);
                    sinceRecord = 0;
                }
            }
        }

        await target.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    private long FinalSize(MergeLayout layout)
    {
        var appended = layout.Blocks.Count(block => !_ancestor!.Table!.TryGetSector(block, out _));
        return MergedDisk.StreamLength(_ancestor!.Header!, _ancestor.Table!.Indexes.Length + appended);
    }

    private async ValueTask<VhdMergeResult> DescribeAsync(CancellationToken cancellationToken)
    {
        var survivor = await VhdFile.OpenAsync(_remote, journal.NewestPath, null, cancellationToken).ConfigureAwait(false);
        await using (survivor.ConfigureAwait(false))
        {
            return new VhdMergeResult
            {
                Survivor = journal.Chain[^1],
                MergedBytes = journal.State.MergedBytes,
                FinalSize = MergedDisk.StreamLength(survivor.Header!, survivor.Table!.Indexes.Length),
                IsDifferencing = survivor.ParentId is not null,
            };
        }
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
