using System.Collections.Concurrent;
using MirrorBackup.Remotes;

namespace MirrorBackup.Tests.Mirroring;

/// <summary>Counts how often each block file and archive is opened or written, and whether as it is stored.</summary>
internal sealed class BlockTrafficRemote(IRemote inner) : DelegatingRemote(inner)
{
    public ConcurrentQueue<string> Read { get; } = new();

    public ConcurrentQueue<string> ReadStored { get; } = new();

    public ConcurrentQueue<string> Written { get; } = new();

    public ConcurrentQueue<string> WrittenStored { get; } = new();

    public void Clear()
    {
        Read.Clear();
        ReadStored.Clear();
        Written.Clear();
        WrittenStored.Clear();
    }

    public override ValueTask<IRemoteFile> OpenReadAsync(RemotePath path, CancellationToken cancellationToken = default)
    {
        Note(Read, path);
        return base.OpenReadAsync(path, cancellationToken);
    }

    public override ValueTask<IRemoteFile> OpenStoredAsync(RemotePath path, CancellationToken cancellationToken = default)
    {
        Note(ReadStored, path);
        return base.OpenStoredAsync(path, cancellationToken);
    }

    public override ValueTask WriteAllAsync(RemotePath path, ReadOnlyMemory<byte> content, WriteOptions options = default, CancellationToken cancellationToken = default)
    {
        Note(options.AsStored ? WrittenStored : Written, path);
        return base.WriteAllAsync(path, content, options, cancellationToken);
    }

    public override ValueTask<IUpload> CreateAsync(RemotePath path, UploadOptions options = default, CancellationToken cancellationToken = default)
    {
        Note(options.AsStored ? WrittenStored : Written, path);
        return base.CreateAsync(path, options, cancellationToken);
    }

    private static void Note(ConcurrentQueue<string> log, RemotePath path)
    {
        if (path.Value.Contains("/blocks/", StringComparison.Ordinal) || path.Value.EndsWith(".xva", StringComparison.Ordinal))
        {
            log.Enqueue(path.Value);
        }
    }
}
