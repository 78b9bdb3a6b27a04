using MirrorBackup.Codecs;
using MirrorBackup.Remotes;

namespace MirrorBackup.Vhd.Directories;

/// <content>How a directory is ended, one way or the other.</content>
public sealed partial class VhdDirectoryWriter
{
    /// <inheritdoc/>
    /// <returns>The bytes of the files that were written, compressed as they are; what an earlier attempt had stored already is not counted.</returns>
    /// <exception cref="IntegrityException">What was written cannot be opened, or says something else.</exception>
    public async ValueTask<long> CompleteAsync(CancellationToken cancellationToken = default)
    {
        if (!_isUsable || _staged.Count < Blocks.Count)
        {
            throw new InvalidOperationException(
                _isUsable ? $"The VHD directory {Name} has {_staged.Count} of its {Blocks.Count} blocks." : $"The VHD directory {Name} has ended.");
        }

        _isUsable = false;
        await WriteStructuresAsync(cancellationToken).ConfigureAwait(false);
        await _remote.FlushAsync(DataPath, cancellationToken).ConfigureAwait(false);
        await CheckAsync(cancellationToken).ConfigureAwait(false);
        await EnsureLockHeldAsync(cancellationToken).ConfigureAwait(false);
        _mayBeVisible = true;
        await VhdAlias.WriteAsync(_remote, Path, DataPath, default, cancellationToken).ConfigureAwait(false);
        _isComplete = true;
        await ClearAwayAsync(cancellationToken).ConfigureAwait(false);
        return _bytes;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        _isUsable = false;
        using (_staged)
        {
            if (!_isComplete && !(_isSuspended && _staged.HasRecord))
            {
                await RemoveAsync(CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask WriteStructuresAsync(CancellationToken cancellationToken)
    {
        // One byte per block, of which an eighth counts: what Xen Orchestra writes (formats/vhd.md §3.2).
        var bat = new byte[_head.Header.MaximumTableEntries];
        _announced.ToBytes().CopyTo(bat);
        await Task.WhenAll(
            WriteFiltersAsync(cancellationToken),
            WriteStructureAsync(VhdDirectoryLayout.Footer(DataPath), _head.Footer.Bytes.ToArray(), cancellationToken),
            WriteStructureAsync(VhdDirectoryLayout.Header(DataPath), _head.Header.Bytes.ToArray(), cancellationToken),
            WriteStructureAsync(VhdDirectoryLayout.Bat(DataPath), bat, cancellationToken)).ConfigureAwait(false);
    }

    private async Task WriteFiltersAsync(CancellationToken cancellationToken)
    {
        if (VhdDirectoryLayout.FormatFilters(Codec) is { } filters)
        {
            await WriteAsync(VhdDirectoryLayout.Filters(DataPath), filters, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task WriteStructureAsync(RemotePath path, byte[] content, CancellationToken cancellationToken)
    {
        var stored = new byte[BlockCompression.MaximumLength(Codec, content.Length)];
        var length = BlockCompression.Compress(Codec, content, stored);
        await WriteAsync(path, stored.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
    }

    // The last moment to notice that the storage does not give back what it was given.
    private async ValueTask CheckAsync(CancellationToken cancellationToken)
    {
        VhdDirectory written;
        try
        {
            written = await VhdDirectory.OpenDataAsync(_remote, Path, DataPath, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is RemoteNotFoundException || error.IsDamage())
        {
            throw new IntegrityException($"The VHD directory {DataPath} cannot be opened after it was written: {error.Message}", innerException: error) { Path = DataPath.Value };
        }

        await using (written.ConfigureAwait(false))
        {
            if (!written.Footer.Bytes.SequenceEqual(_head.Footer.Bytes)
                || !written.Header.Bytes.SequenceEqual(_head.Header.Bytes)
                || written.Codec != Codec
                || !written.AllocatedBlocks.SequenceEqual(Blocks.Order()))
            {
                throw new IntegrityException($"The VHD directory {DataPath} reads back with another footer, header, codec or list of blocks than was written.") { Path = DataPath.Value };
            }
        }
    }

    // The revision is there: what is in the way of nobody any more must not make it fail.
    private async ValueTask ClearAwayAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _staged.RemoveRecordAsync(cancellationToken).ConfigureAwait(false);

            // Of an alias that could not be read it is not known where it led; the usual place is left to it until another one has replaced it.
            var former = _former ?? VhdAlias.DataPathFor(Path);
            if (former != DataPath)
            {
                await RemoveUnclaimedAsync(former, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (error is MirrorBackupException or OperationCanceledException)
        {
            // An unclaimed directory is a finding of the next catalogue, and a record of a transfer that nobody wants goes with the next plan.
        }
    }

    private async ValueTask RemoveAsync(CancellationToken cancellationToken)
    {
        await EnsureLockHeldAsync(cancellationToken).ConfigureAwait(false);

        // Of an alias whose writing failed nobody knows whether it is there.
        if (_mayBeVisible)
        {
            await RemoveUnclaimedAsync(DataPath, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await _remote.DeleteTreeAsync(DataPath, cancellationToken).ConfigureAwait(false);
        }

        await _staged.RemoveRecordAsync(cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask RemoveUnclaimedAsync(RemotePath dataPath, CancellationToken cancellationToken)
    {
        var claims = await DataClaims.ReadAsync(_remote, Path.Parent, cancellationToken).ConfigureAwait(false);
        if (claims.IsFree(dataPath))
        {
            await _remote.DeleteTreeAsync(dataPath, cancellationToken).ConfigureAwait(false);
        }
    }

    private ValueTask EnsureLockHeldAsync(CancellationToken cancellationToken) => _options.EnsureLockHeld?.Invoke(cancellationToken) ?? ValueTask.CompletedTask;
}
