using MirrorBackup.Remotes;

namespace MirrorBackup.Tests.Mirroring;

/// <summary>
/// A source that counts which bytes of blocks and archives its storage copies by itself, and which are read; and that does before each copy what a test asks for.
/// </summary>
internal sealed class RangeCopyWatch(IRemote inner) : DelegatingRemote(inner)
{
    private long _copied;
    private long _read;
    private int _copies;

    public long BytesCopied => Volatile.Read(ref _copied);

    /// <summary>Bytes of reads of more than a bitmap.</summary>
    public long BytesRead => Volatile.Read(ref _read);

    /// <summary>Told the path and the 1-based number of each copy; an answer refuses the copy.</summary>
    public Func<RemotePath, int, string?>? BeforeCopy { get; set; }

    public override async ValueTask<IRemoteFile> OpenReadAsync(RemotePath path, CancellationToken cancellationToken = default)
    {
        var file = await base.OpenReadAsync(path, cancellationToken);
        return path.Value.Contains("/blocks/", StringComparison.Ordinal) || path.Name.EndsWith(".xva", StringComparison.Ordinal) || path.Name.EndsWith(".vhd", StringComparison.Ordinal)
            ? new WatchedFile(file, this)
            : file;
    }

    private sealed class WatchedFile(IRemoteFile file, RangeCopyWatch watch) : IRemoteFile
    {
        public RemotePath Path => file.Path;

        public long Length => file.Length;

        public async ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = await file.ReadAsync(offset, buffer, cancellationToken);
            Interlocked.Add(ref watch._read, count > 4096 ? count : 0);
            return count;
        }

        public async ValueTask<RangeCopy> TryCopyToAsync(long offset, long length, IUpload upload, CancellationToken cancellationToken = default)
        {
            if (watch.BeforeCopy?.Invoke(Path, Interlocked.Increment(ref watch._copies)) is { } refusal)
            {
                return RangeCopy.Refused(refusal);
            }

            var result = await file.TryCopyToAsync(offset, length, upload, cancellationToken);
            Interlocked.Add(ref watch._copied, result.IsDone ? length : 0);
            return result;
        }

        public ValueTask DisposeAsync() => file.DisposeAsync();
    }
}
