using System.IO.Pipelines;
using Microsoft.Win32.SafeHandles;

namespace MirrorBackup.Remotes.Writing;

/// <summary>An upload through a <see cref="BlockPipeWriter"/>: checks the order of the calls and the length; a storage adds its two ends.</summary>
/// <param name="remote">The name of the remote, for messages.</param>
/// <param name="path">The path that the file will have.</param>
/// <param name="announced">The length that was announced, if one was.</param>
/// <param name="writer">Stores the bytes; owned by the upload.</param>
/// <param name="publish">Makes the stored bytes visible.</param>
/// <param name="release">Ends the storage's side; removes what was not published.</param>
internal sealed class PipeUpload(
    string remote, RemotePath path, long? announced, BlockPipeWriter writer, Func<CancellationToken, ValueTask> publish, Func<ValueTask> release)
    : IUpload
{
    private bool _ended;

    public RemotePath Path { get; } = path;

    public PipeWriter Output => writer;

    public ValueTask<RangeCopy> TryAppendAsync(SafeFileHandle file, long offset, long length, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        return writer.TryAppendAsync(file, offset, length, cancellationToken);
    }

    public async ValueTask CommitAsync(CancellationToken cancellationToken = default)
    {
        if (_ended)
        {
            throw new InvalidOperationException($"The upload of {Path} has ended already.");
        }

        cancellationToken.ThrowIfCancellationRequested();
        _ended = true;
        await writer.FinishAsync(cancellationToken).ConfigureAwait(false);
        if (announced is { } length && length != writer.WrittenBytes)
        {
            throw new CorruptBackupException(
                $"The upload of {Path} to {remote} got {writer.WrittenBytes} bytes; {length} were announced.", ErrorCodes.UploadLengthMismatch)
            {
                Remote = remote,
                Path = Path.Value,
            };
        }

        await publish(cancellationToken).ConfigureAwait(false);
    }

    public ValueTask DisposeAsync()
    {
        _ended = true;
        writer.Dispose();
        return release();
    }
}
