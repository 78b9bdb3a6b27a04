using System.IO.Pipelines;
using MirrorBackup.Remotes;

namespace MirrorBackup.Testing.Simulation;

/// <content>What the remote has opened.</content>
public sealed partial class FaultyRemote
{
    private class FaultyFile(FaultyRemote remote, IRemoteFile file) : IRemoteFile
    {
        public RemotePath Path => file.Path;

        public long Length => file.Length;

        public bool IsSequential => file.IsSequential;

        public async ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var kind = await remote.BeginAsync(RemoteOperationKind.Read, Path, cancellationToken).ConfigureAwait(false);
            var count = await file.ReadAsync(offset, buffer, cancellationToken).ConfigureAwait(false);
            remote.ThrowIfLost(kind, Path);
            Flip(kind, buffer.Span[..count]);
            return count;
        }

        public ValueTask DisposeAsync() => file.DisposeAsync();
    }

    private sealed class FaultyUpdate(FaultyRemote remote, IRemoteFileUpdate file) : FaultyFile(remote, file), IRemoteFileUpdate
    {
        private readonly FaultyRemote _remote = remote;

        public async ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default)
        {
            var kind = await _remote.BeginAsync(RemoteOperationKind.Write, Path, cancellationToken).ConfigureAwait(false);
            await file.WriteAsync(offset, kind == FaultKind.TearWrite ? data[..(data.Length / 2)] : data, cancellationToken).ConfigureAwait(false);
            _remote.ThrowIfLost(kind == FaultKind.TearWrite ? FaultKind.FailAfter : kind, Path);
        }

        public ValueTask SetLengthAsync(long length, CancellationToken cancellationToken = default) =>
            _remote.DoAsync(RemoteOperationKind.SetLength, Path, () => file.SetLengthAsync(length, cancellationToken), cancellationToken);

        public ValueTask FlushAsync(CancellationToken cancellationToken = default) =>
            _remote.DoAsync(RemoteOperationKind.FlushFile, Path, () => file.FlushAsync(cancellationToken), cancellationToken);
    }

    private sealed class FaultyLock(FaultyRemote remote, IRemoteLock held) : IRemoteLock
    {
        public RemotePath Directory => held.Directory;

        public CancellationToken Lost => held.Lost;

        public async ValueTask EnsureHeldAsync(CancellationToken cancellationToken = default)
        {
            await remote.DoAsync(RemoteOperationKind.EnsureHeld, Directory, () => held.EnsureHeldAsync(cancellationToken), cancellationToken).ConfigureAwait(false);
            if (remote._hasLostLock)
            {
                throw new BackupLockedException($"The lock of {Directory} on {remote.Name} was lost.", ErrorCodes.LockLost) { Remote = remote.Name, Path = Directory.Value };
            }
        }

        public ValueTask DisposeAsync() => held.DisposeAsync();
    }

    private sealed class FaultyUpload(FaultyRemote remote, IUpload upload) : IUpload
    {
        public RemotePath Path => upload.Path;

        public PipeWriter Output { get; } = new FaultyWriter(remote, upload);

        public ValueTask CommitAsync(CancellationToken cancellationToken = default) =>
            remote.DoAsync(RemoteOperationKind.Commit, Path, () => upload.CommitAsync(cancellationToken), cancellationToken);

        public ValueTask DisposeAsync() => upload.DisposeAsync();
    }

    private sealed class FaultyWriter(FaultyRemote remote, IUpload upload) : PipeWriter
    {
        public override bool CanGetUnflushedBytes => upload.Output.CanGetUnflushedBytes;

        public override long UnflushedBytes => upload.Output.UnflushedBytes;

        public override void Advance(int bytes) => upload.Output.Advance(bytes);

        public override Memory<byte> GetMemory(int sizeHint = 0) => upload.Output.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => upload.Output.GetSpan(sizeHint);

        public override void CancelPendingFlush() => upload.Output.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => upload.Output.Complete(exception);

        public override ValueTask CompleteAsync(Exception? exception = null) => upload.Output.CompleteAsync(exception);

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) =>
            AppendAsync(() => upload.Output.FlushAsync(cancellationToken), cancellationToken);

        public override async ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
        {
            var kind = await remote.BeginAsync(RemoteOperationKind.Append, upload.Path, cancellationToken).ConfigureAwait(false);
            var result = await upload.Output.WriteAsync(kind == FaultKind.TearWrite ? source[..(source.Length / 2)] : source, cancellationToken).ConfigureAwait(false);
            remote.ThrowIfLost(kind == FaultKind.TearWrite ? FaultKind.FailAfter : kind, upload.Path);
            return result;
        }

        private async ValueTask<FlushResult> AppendAsync(Func<ValueTask<FlushResult>> append, CancellationToken cancellationToken)
        {
            var kind = await remote.BeginAsync(RemoteOperationKind.Append, upload.Path, cancellationToken).ConfigureAwait(false);
            var result = await append().ConfigureAwait(false);
            remote.ThrowIfLost(kind == FaultKind.TearWrite ? FaultKind.FailAfter : kind, upload.Path);
            return result;
        }
    }
}
