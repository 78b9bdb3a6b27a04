using MirrorBackup.Disks;
using MirrorBackup.Remotes;
using MirrorBackup.Vhd.Format;

namespace MirrorBackup.Vhd;

/// <summary>Writes a revision as a VHD file, with bytes that Xen Orchestra would write but for timestamp and geometry (<c>docs/vhd.md</c>).</summary>
public sealed class VhdFileWriter : IDiskWriter
{
    private readonly IUpload _upload;
    private readonly VhdStreamDescription _description;
    private readonly VhdStreamWriter _writer;

    private VhdFileWriter(IUpload upload, VhdStreamDescription description)
    {
        _upload = upload;
        _description = description;
        _writer = new VhdStreamWriter(upload.Output, description);
    }

    /// <inheritdoc/>
    public string Name => _upload.Path.ToString();

    /// <inheritdoc/>
    public int BlockSize => VhdHeader.UsualBlockSize;

    /// <inheritdoc/>
    public IReadOnlyList<int> Blocks => _description.Blocks;

    /// <summary>Begins a file. Nothing is visible under its name before <see cref="CompleteAsync"/>.</summary>
    /// <param name="remote">Where it will lie.</param>
    /// <param name="path">The file.</param>
    /// <param name="disk">The revision; <see cref="DiskIdentity.ParentName"/> is normally the name of the parent's file in the same folder.</param>
    /// <param name="blocks">The blocks that it will hold, each once, in the order in which they will be written; normally ascending.</param>
    /// <param name="options">Timestamp and grade.</param>
    /// <param name="cancellationToken">Stops the call, not the writer that it returns.</param>
    /// <returns>The writer, owned by the caller.</returns>
    /// <exception cref="ArgumentException">The announced blocks or the parent make no sense, see <see cref="VhdStreamDescription.Create"/>.</exception>
    /// <exception cref="UnsupportedBackupException">A VHD file cannot hold the revision.</exception>
    public static async ValueTask<VhdFileWriter> CreateAsync(
        IRemote remote,
        RemotePath path,
        DiskIdentity disk,
        IReadOnlyList<int> blocks,
        VhdWriteOptions options,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(remote);
        var description = VhdStreamDescription.Create(disk, blocks, options);
        var upload = await remote.CreateAsync(path, new UploadOptions(options.Grade, description.Length, options.MustBeNew), cancellationToken).ConfigureAwait(false);
        return new VhdFileWriter(upload, description);
    }

    /// <inheritdoc/>
    public ValueTask WriteBlockAsync(int blockIndex, ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default) =>
        _writer.WriteBlockAsync(blockIndex, data, cancellationToken);

    /// <summary>Writes the next block, given as it lies in the file: in one piece.</summary>
    /// <param name="blockIndex">The next announced block.</param>
    /// <param name="whole">Bitmap of ones and data; may be reused once the call has ended.</param>
    /// <param name="cancellationToken">Stops the call; the revision can then only be aborted.</param>
    internal ValueTask WriteWholeBlockAsync(int blockIndex, ReadOnlyMemory<byte> whole, CancellationToken cancellationToken) =>
        _writer.WriteWholeBlockAsync(blockIndex, whole, cancellationToken);

    /// <summary>Lets the storage copy the next block, bitmap included.</summary>
    /// <param name="blockIndex">The next announced block.</param>
    /// <param name="source">A file that holds it as a VHD file does, with a bitmap of ones.</param>
    /// <param name="offset">Where its bitmap begins there.</param>
    /// <param name="cancellationToken">Stops the call; the revision can then only be aborted.</param>
    /// <returns>Done, or a refusal; then the block is still to be written.</returns>
    internal ValueTask<RangeCopy> TryCopyBlockAsync(int blockIndex, IRemoteFile source, long offset, CancellationToken cancellationToken) =>
        _writer.TryAppendBlockAsync(blockIndex, length => source.TryCopyToAsync(offset, length, _upload, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<long> CompleteAsync(CancellationToken cancellationToken = default)
    {
        await _writer.CompleteAsync(cancellationToken).ConfigureAwait(false);
        await _upload.CommitAsync(cancellationToken).ConfigureAwait(false);
        return _description.Length;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _upload.DisposeAsync();
}
