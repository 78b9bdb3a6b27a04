using System.Security.Cryptography;

namespace MirrorBackup.Disks;

/// <summary>The SHA-256 of the whole content of a disk, as its guest sees it: what tells that two restore points hold the same.</summary>
public static class DiskDigest
{
    private static readonly byte[] Zeros = new byte[1024 * 1024];

    /// <summary>Computes the digest. Memory is constant; time grows with the size of the disk, not with what it holds.</summary>
    /// <param name="disk">A key, or a chain down to one; not disposed.</param>
    /// <param name="progress">Is told the bytes of the disk that are done, after each block.</param>
    /// <param name="cancellationToken">Stops the computation.</param>
    /// <returns>32 bytes.</returns>
    /// <exception cref="ArgumentException">The disk is a delta.</exception>
    /// <exception cref="CorruptBackupException">A block cannot be read.</exception>
    public static async ValueTask<byte[]> ComputeAsync(IVirtualDisk disk, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(disk);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await foreach (var piece in DiskView.ReadAsync(disk, cancellationToken).ConfigureAwait(false))
        {
            if (piece.Data.IsEmpty)
            {
                AppendZeros(hash, piece.Length, cancellationToken);
            }
            else
            {
                hash.AppendData(piece.Data.Span);
            }

            progress?.Report(piece.Offset + piece.Length);
        }

        return hash.GetHashAndReset();
    }

    private static void AppendZeros(IncrementalHash hash, long count, CancellationToken cancellationToken)
    {
        for (; count > 0; count -= Zeros.Length)
        {
            cancellationToken.ThrowIfCancellationRequested();
            hash.AppendData(Zeros, 0, (int)Math.Min(count, Zeros.Length));
        }
    }
}
