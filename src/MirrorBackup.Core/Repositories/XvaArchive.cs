using System.Buffers;
using System.Text;
using MirrorBackup.Remotes;

namespace MirrorBackup.Repositories;

/// <summary>
/// The archive of a full backup, open for reading, after the checks that need no more than its ends. What is truncated is never opened.
/// Reads may run at once; disposing closes the file.
/// </summary>
public sealed class XvaArchive : IAsyncDisposable
{
    private const int PieceLength = 1 << 20;
    private const int MinimumLength = 20;
    private const int TarEndLength = 1024;
    private const int TarBlockLength = 512;

    private XvaArchive(IRemoteFile file, ArchiveFormat format, ArchiveChecksum? checksum)
    {
        File = file;
        Format = format;
        Checksum = checksum;
    }

    /// <summary>The open file; owned by the archive.</summary>
    public IRemoteFile File { get; }

    /// <summary>How it is packed.</summary>
    public ArchiveFormat Format { get; }

    /// <summary>What its checksum file says; <see langword="null"/> if there is none.</summary>
    public ArchiveChecksum? Checksum { get; }

    /// <summary>Opens an archive, reads its checksum file and looks at both of its ends.</summary>
    /// <param name="remote">The remote.</param>
    /// <param name="path">The archive.</param>
    /// <param name="expectedLength">The <c>size</c> of its metadata in bytes; <see langword="null"/> if it is not told.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The archive, owned by the caller.</returns>
    /// <exception cref="RemoteNotFoundException">The archive is not there.</exception>
    /// <exception cref="CorruptBackupException">It is truncated, has another length than its metadata says, or its checksum file holds no checksum.</exception>
    public static async ValueTask<XvaArchive> OpenAsync(
        IRemote remote, RemotePath path, long? expectedLength = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(remote);
        // On an encrypted remote Xen Orchestra writes none; one of old is over the encrypted bytes, which have their tag.
        var checksum = remote.Capabilities.EncryptionFingerprint is null
            ? await ReadChecksumAsync(remote, path, cancellationToken).ConfigureAwait(false)
            : null;
        var file = await remote.OpenReadAsync(path, cancellationToken).ConfigureAwait(false);
        try
        {
            return new XvaArchive(file, await InspectAsync(file, expectedLength, cancellationToken).ConfigureAwait(false), checksum);
        }
        catch
        {
            await file.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Starts a check of all bytes of this archive, to run beside a copy.</summary>
    /// <returns>A new verifier, owned by the caller.</returns>
    public ArchiveVerifier CreateVerifier() => CreateVerifier(makesChecksum: true);

    /// <summary>Likewise; without a checksum for a copy, which costs more than all else, if nobody wants one.</summary>
    internal ArchiveVerifier CreateVerifier(bool makesChecksum) => new(File.Path.Value, File.Length, Format, Checksum, makesChecksum);

    /// <summary>Hands all bytes on, in order, in large pieces.</summary>
    internal ValueTask ReadAllAsync(ReadBytes take, CancellationToken cancellationToken) => ReadAllAsync(File, take, cancellationToken);

    /// <summary>Likewise, of any file.</summary>
    internal static async ValueTask ReadAllAsync(IRemoteFile file, ReadBytes take, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(PieceLength);
        try
        {
            var offset = 0L;
            while (await file.ReadAsync(offset, buffer, cancellationToken).ConfigureAwait(false) is > 0 and var count)
            {
                take(buffer.AsSpan(0, count));
                offset += count;
            }

            if (offset != file.Length)
            {
                throw Broken(file, $"it gave {offset} bytes, and had {file.Length} when it was opened", isTruncated: true);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => File.DisposeAsync();

    /// <summary>The checksum file of an archive, or null if there is none.</summary>
    internal static async ValueTask<ArchiveChecksum?> ReadChecksumAsync(IRemote remote, RemotePath archive, CancellationToken cancellationToken)
    {
        var path = RemotePath.Parse(archive.Value + RepositoryPaths.ChecksumEnding);
        try
        {
            var content = await remote.ReadAllAsync(path, ArchiveChecksum.MaximumLength, cancellationToken).ConfigureAwait(false);

            // A crash of Xen Orchestra leaves an empty file, which says no more than none.
            return content.Length == 0 ? null : ArchiveChecksum.Parse(Encoding.Latin1.GetString(content), path.Value);
        }
        catch (RemoteNotFoundException)
        {
            return null;
        }
    }

    /// <summary>The rule for a whole tar: blocks of 512 bytes, and 1024 zero bytes at the end.</summary>
    internal static bool IsTarEnd(long length, ReadOnlySpan<byte> end) =>
        length > TarEndLength && length % TarBlockLength == 0 && end.Length == TarEndLength && !end.ContainsAnyExcept((byte)0);

    private static async ValueTask<ArchiveFormat> InspectAsync(IRemoteFile file, long? expectedLength, CancellationToken cancellationToken)
    {
        if (expectedLength is { } expected && file.Length != expected)
        {
            throw Broken(file, $"it has {file.Length} bytes, its metadata says {expected}", file.Length < expected);
        }

        if (file.Length < MinimumLength)
        {
            throw Broken(file, $"it has {file.Length} bytes, an archive has at least {MinimumLength}", isTruncated: true);
        }

        var start = new byte[4];
        await file.ReadAsync(0, start, cancellationToken).ConfigureAwait(false);
        var format = Identify(start);
        if (format != ArchiveFormat.Tar || file.IsSequential)
        {
            // Of a file that is read from front to back the verifier looks at the end, when it comes.
            return format;
        }

        var end = new byte[TarEndLength];
        var count = await file.ReadAsync(Math.Max(0, file.Length - TarEndLength), end, cancellationToken).ConfigureAwait(false);
        return IsTarEnd(file.Length, end.AsSpan(0, count))
            ? format
            : throw Broken(file, "it is neither gzip nor Zstandard, and does not end as a tar does: with 1024 zero bytes, at a multiple of 512", isTruncated: true);
    }

    private static ArchiveFormat Identify(ReadOnlySpan<byte> start) =>
        start is [0x1f, 0x8b, ..] ? ArchiveFormat.Gzip
        : start is [0x28, 0xb5, 0x2f, 0xfd, ..] ? ArchiveFormat.Zstandard
        : ArchiveFormat.Tar;

    /// <summary>Takes bytes that are valid during the call only.</summary>
    internal delegate void ReadBytes(ReadOnlySpan<byte> bytes);

    private static CorruptBackupException Broken(IRemoteFile file, string found, bool isTruncated) =>
        new($"The archive {file.Path} is damaged: {found}.", isTruncated ? ErrorCodes.Truncated : ErrorCodes.CorruptFormat) { Path = file.Path.Value };
}
