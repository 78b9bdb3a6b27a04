using System.Buffers;
using MirrorBackup.Backups;
using MirrorBackup.Remotes;
using MirrorBackup.Vhd.Format;

namespace MirrorBackup.Vhd.Directories;

/// <content>Opening and checking.</content>
public sealed partial class VhdDirectory
{
    // Far more than any encoder makes of a footer or a header.
    private const int MaximumPartLength = 64 * 1024;

    // Xen Orchestra gives the table a byte where a bit would do; others may round up.
    private const int SpareTableBytes = 64 * 1024;
    private const int MaximumTableLength = BlockAllocationTable.MaximumEntries + SpareTableBytes;

    /// <summary>Opens a directory through its alias and checks all that can be checked without a look at its blocks.</summary>
    /// <param name="remote">Where it lies; stays the caller's and must outlive the disk.</param>
    /// <param name="alias">The alias.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The open disk.</returns>
    /// <exception cref="RemoteNotFoundException">The alias is not there.</exception>
    /// <exception cref="CorruptBackupException">
    /// The alias does not lead to a VHD directory of its folder (<see cref="ErrorCodes.InvalidAlias"/>); a part is missing, cannot be decoded, or contradicts
    /// itself or another.
    /// </exception>
    /// <exception cref="UnsupportedBackupException">An unknown compression, another block size than 2 MiB, or a version that is not handled.</exception>
    public static async ValueTask<VhdDirectory> OpenAsync(IRemote remote, RemotePath alias, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(remote);
        var dataPath = await VhdAlias.ReadAsync(remote, alias, cancellationToken).ConfigureAwait(false);
        return await OpenDataAsync(remote, alias, dataPath, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Opens a directory that an alias leads to, or is going to.</summary>
    internal static async ValueTask<VhdDirectory> OpenDataAsync(IRemote remote, RemotePath alias, RemotePath dataPath, CancellationToken cancellationToken)
    {
        var filters = ReadFiltersAsync(remote, dataPath, cancellationToken);
        var footer = ReadPartAsync(remote, alias, dataPath, VhdDirectoryLayout.Footer(dataPath), MaximumPartLength, cancellationToken);
        var header = ReadPartAsync(remote, alias, dataPath, VhdDirectoryLayout.Header(dataPath), MaximumPartLength, cancellationToken);
        var bat = ReadPartAsync(remote, alias, dataPath, VhdDirectoryLayout.Bat(dataPath), MaximumTableLength, cancellationToken);
        await Task.WhenAll(filters, footer, header, bat).ConfigureAwait(false);
        return Parse(remote, alias, dataPath, await filters.ConfigureAwait(false), await footer.ConfigureAwait(false), await header.ConfigureAwait(false), await bat.ConfigureAwait(false));
    }

    private static VhdDirectory Parse(IRemote remote, RemotePath alias, RemotePath dataPath, BlockCodec codec, byte[] storedFooter, byte[] storedHeader, byte[] bat)
    {
        Span<byte> bytes = stackalloc byte[VhdHeader.Size];
        var file = VhdDirectoryLayout.Footer(dataPath);
        VhdDirectoryPart.DecodeExactly(codec, storedFooter, bytes[..VhdFooter.Size], file, "VHD footer");
        var footer = VhdFooter.Parse(bytes[..VhdFooter.Size], file.Value);
        if (footer.DiskType == VhdDiskType.Fixed)
        {
            throw VhdFormatError.Unsupported(
                file.Value, "VHD footer", "disk type", VhdFooterOffsets.DiskType, "2 (fixed)", "3 (dynamic) or 4 (differencing) in a directory");
        }

        file = VhdDirectoryLayout.Header(dataPath);
        VhdDirectoryPart.DecodeExactly(codec, storedHeader, bytes, file, "VHD header");
        var header = VhdHeader.Parse(bytes, file.Value);
        if (header.BlockSize != VhdHeader.UsualBlockSize)
        {
            throw VhdFormatError.Unsupported(
                file.Value, "VHD header", "block size", VhdHeaderOffsets.BlockSize, $"{header.BlockSize}", $"{VhdHeader.UsualBlockSize} in a directory");
        }

        var needed = (footer.CurrentSize / header.BlockSize) + (footer.CurrentSize % header.BlockSize == 0 ? 0 : 1);
        var blocks = ParseTable(codec, bat, footer, header, needed, dataPath);
        var isTooSmall = header.MaximumTableEntries < needed;
        return new VhdDirectory(remote, alias, dataPath, codec, footer, isTooSmall ? header.With(maximumTableEntries: needed) : header, blocks)
        {
            HasHeaderOfSmallerDisk = isTooSmall,
        };
    }

    private static BlockPresence ParseTable(BlockCodec codec, byte[] stored, VhdFooter footer, VhdHeader header, long needed, RemotePath dataPath)
    {
        var file = VhdDirectoryLayout.Bat(dataPath);
        var clear = ArrayPool<byte>.Shared.Rent((int)header.MaximumTableEntries + SpareTableBytes);
        try
        {
            var count = VhdDirectoryPart.Decode(codec, stored, clear, file, "block allocation table");
            if (needed > Math.Min(count * 8L, BlockAllocationTable.MaximumEntries))
            {
                // A table that is merely short has no blocks behind its end. Of a disk that grew it may have lost some.
                header.CheckAgainst(footer, VhdDirectoryLayout.Header(dataPath).Value);
            }

            return new BlockPresence(clear.AsSpan(0, count), (int)needed);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(clear);
        }
    }

    private static async Task<BlockCodec> ReadFiltersAsync(IRemote remote, RemotePath dataPath, CancellationToken cancellationToken)
    {
        var file = VhdDirectoryLayout.Filters(dataPath);
        try
        {
            return VhdDirectoryLayout.ParseFilters(await remote.ReadAllAsync(file, MaximumPartLength, cancellationToken).ConfigureAwait(false), file);
        }
        catch (RemoteNotFoundException)
        {
            return BlockCodec.None;
        }
    }

    private static async Task<byte[]> ReadPartAsync(
        IRemote remote, RemotePath alias, RemotePath dataPath, RemotePath file, int maximumLength, CancellationToken cancellationToken)
    {
        try
        {
            return await remote.ReadAllAsync(file, maximumLength, cancellationToken).ConfigureAwait(false);
        }
        catch (MirrorBackupException missing) when (missing is RemoteNotFoundException or RemoteConflictException)
        {
            var directory = await remote.StatAsync(dataPath, cancellationToken).ConfigureAwait(false);
            throw directory switch
            {
                null => VhdAlias.Invalid(alias, $"it names {dataPath}, which is not there", missing),
                { IsDirectory: false } => VhdAlias.Invalid(alias, $"it names {dataPath}, which is a file, expected a VHD directory", missing),
                _ => new CorruptBackupException($"{file} is not there, and {alias} cannot be read without it.", ErrorCodes.CorruptFormat, missing) { Path = file.Value },
            };
        }
    }
}
