using System.Globalization;
using MirrorBackup.Disks;

namespace MirrorBackup.Transfer;

/// <summary>
/// A digest of what one disk revision holds itself: its block indexes in ascending order, each with the hash of the block's clear content. It does not depend
/// on the form in which the revision is stored, and is what a health check compares. Digests of different algorithms are never equal, whatever was hashed.
/// </summary>
public readonly record struct RevisionDigest
{
    private readonly ContentHash _hash;

    /// <summary>Takes a digest that was made before.</summary>
    /// <param name="algorithm">What it was made with.</param>
    /// <param name="hash">16 bytes of XxHash128, 32 of SHA-256.</param>
    /// <param name="blockCount">How many blocks went into it; not negative.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such algorithm, or <paramref name="blockCount"/> is negative.</exception>
    /// <exception cref="ArgumentException"><paramref name="hash"/> has another length.</exception>
    public RevisionDigest(DigestAlgorithm algorithm, ReadOnlySpan<byte> hash, int blockCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(blockCount);
        var length = ContentHash.LengthOf(algorithm);
        if (hash.Length != length)
        {
            throw new ArgumentException($"Found a hash of {hash.Length} bytes; {algorithm} gives {length}.", nameof(hash));
        }

        (_hash, BlockCount) = (ContentHash.Read(algorithm, hash), blockCount);
    }

    /// <summary>What it was made with, the hashes of blocks and the hash of all.</summary>
    public DigestAlgorithm Algorithm => _hash.Algorithm;

    /// <summary>How many blocks went into it.</summary>
    public int BlockCount { get; }

    /// <summary>Reads a whole revision and computes its digest.</summary>
    /// <param name="disk">The revision; stays open.</param>
    /// <param name="options">Algorithm, read-ahead, limit and counter; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>The digest.</returns>
    /// <exception cref="ArgumentException"><see cref="CopyOptions.Digest"/> is <see langword="null"/>.</exception>
    /// <exception cref="UnsupportedBackupException">The disk is a delta with partly filled blocks.</exception>
    public static async Task<RevisionDigest> ComputeAsync(IVirtualDisk disk, CopyOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(disk);
        options = (options ?? new()).Check();
        if (options.Digest is null)
        {
            throw new ArgumentException($"{nameof(CopyOptions.Digest)} is null; an algorithm is needed.", nameof(options));
        }

        var source = new DiskBlockSource(disk, options);
        await foreach (var block in source.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            block.Release();
        }

        return source.Digest!.Value;
    }

    /// <summary>The hash of the sequence of (index, big-endian 32 bits; hash of the block), without algorithm and count.</summary>
    /// <returns>32 or 64 lower-case hexadecimal digits.</returns>
    public string ToHex()
    {
        Span<byte> hash = stackalloc byte[ContentHash.MaximumLength];
        return Convert.ToHexStringLower(hash[.._hash.Write(hash)]);
    }

    /// <summary>The algorithm, a colon, the hexadecimal digits, a slash, and the number of blocks.</summary>
    /// <returns>Such as <c>sha256:e3b0…b855/40</c>; different texts for different digests.</returns>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{(Algorithm == DigestAlgorithm.Sha256 ? "sha256" : "xxhash128")}:{ToHex()}/{BlockCount}");
}
