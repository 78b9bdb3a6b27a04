using System.Buffers.Binary;
using System.IO.Hashing;
using System.Security.Cryptography;
using MirrorBackup.Backups;
using MirrorBackup.Disks;
using MirrorBackup.Remotes;
using MirrorBackup.Tests.Vhd;
using MirrorBackup.Tests.Vhd.Directories;
using MirrorBackup.Transfer;
using MirrorBackup.Vhd;

namespace MirrorBackup.Tests.Transfer;

/// <summary>Digests against hashes that the framework computes of the content that a test has laid out.</summary>
public sealed class RevisionDigestTests : IAsyncDisposable
{
    private const string EmptySha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    private const string EmptyXxHash128 = "99aa06d3014798d86001c324468d497f";

    private readonly MemoryRemote _remote = new();

    public static MatrixTheoryData<DigestAlgorithm, string> AlgorithmsAndForms { get; } = new(
        Enum.GetValues<DigestAlgorithm>(), ["file", nameof(BlockCodec.None), nameof(BlockCodec.Gzip), nameof(BlockCodec.Brotli)]);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _remote.DisposeAsync();

    [Theory]
    [MemberData(nameof(AlgorithmsAndForms))]
    public async Task ComputeAsync_FileAndDirectories_IsTheHashOfIndexesAndBlockHashes(DigestAlgorithm algorithm, string form)
    {
        var vhd = new VhdBytes();
        var records = new List<byte>();
        foreach (var block in (int[])[0, 2, 3])
        {
            var content = PatternDisk.Content(block, 2 * VhdBytes.MiB);
            vhd.Block(block, content);
            records.AddRange(Record(algorithm, block, content));
        }

        await using var disk = await OpenAsync(vhd, form);
        var digest = await RevisionDigest.ComputeAsync(disk, new CopyOptions { Digest = algorithm }, Cancellation);

        Assert.Equal(new RevisionDigest(algorithm, Hash(algorithm, [.. records]), 3), digest);
        Assert.Equal(Convert.ToHexStringLower(Hash(algorithm, [.. records])), digest.ToHex());
    }

    [Theory]
    [InlineData(DigestAlgorithm.XxHash128, $"xxhash128:{EmptyXxHash128}/0")]
    [InlineData(DigestAlgorithm.Sha256, $"sha256:{EmptySha256}/0")]
    public async Task ToString_NamesAlgorithmHashAndBlocks(DigestAlgorithm algorithm, string expected)
    {
        var digest = await RevisionDigest.ComputeAsync(new PatternDisk(), new CopyOptions { Digest = algorithm }, Cancellation);

        Assert.Equal(expected, digest.ToString());
    }

    [Fact]
    public void Equals_SameBytesOfAnotherAlgorithm_AreAnotherDigest()
    {
        byte[] hash = [1, .. new byte[31]];

        var fast = new RevisionDigest(DigestAlgorithm.XxHash128, hash.AsSpan(0, 16), 1);
        var strong = new RevisionDigest(DigestAlgorithm.Sha256, hash, 1);

        Assert.NotEqual(fast, strong);
        Assert.Equal((DigestAlgorithm.XxHash128, DigestAlgorithm.Sha256), (fast.Algorithm, strong.Algorithm));
        Assert.Equal(strong, new RevisionDigest(DigestAlgorithm.Sha256, hash, 1));
        Assert.NotEqual(strong, new RevisionDigest(DigestAlgorithm.Sha256, [.. hash[..31], 1], 1));
        Assert.NotEqual(strong, new RevisionDigest(DigestAlgorithm.Sha256, hash, 2));
    }

    [Theory]
    [InlineData(DigestAlgorithm.XxHash128, 32, 0)]
    [InlineData(DigestAlgorithm.Sha256, 16, 0)]
    [InlineData(DigestAlgorithm.Sha256, 32, -1)]
    [InlineData((DigestAlgorithm)2, 32, 0)]
    public void Constructor_WhatNoAlgorithmGives_IsRefused(DigestAlgorithm algorithm, int length, int blocks) =>
        Assert.ThrowsAny<ArgumentException>(() => new RevisionDigest(algorithm, new byte[length], blocks));

    [Theory]
    [InlineData(null)]
    [InlineData(2)]
    public async Task ComputeAsync_WithoutAKnownAlgorithm_IsRefusedAndNothingRead(int? algorithm)
    {
        var disk = new PatternDisk(0);

        var error = await Assert.ThrowsAnyAsync<ArgumentException>(
            () => RevisionDigest.ComputeAsync(disk, new CopyOptions { Digest = (DigestAlgorithm?)algorithm }, Cancellation));

        Assert.Contains(nameof(CopyOptions.Digest), error.Message, StringComparison.Ordinal);
        Assert.Equal(0, disk.Reads);
    }

    private static byte[] Record(DigestAlgorithm algorithm, int block, byte[] content)
    {
        var record = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(record, block);
        return [.. record, .. Hash(algorithm, content)];
    }

    private static byte[] Hash(DigestAlgorithm algorithm, byte[] content) =>
        algorithm == DigestAlgorithm.Sha256 ? SHA256.HashData(content) : XxHash128.Hash(content);

    private async Task<IVirtualDisk> OpenAsync(VhdBytes vhd, string form)
    {
        var path = RemotePath.Parse("a.vhd");
        if (Enum.TryParse<BlockCodec>(form, out var codec))
        {
            path = await new VhdDirectoryBytes(vhd, codec).WriteToAsync(_remote, "v", "a");
        }
        else
        {
            await vhd.WriteToAsync(_remote, path.Value);
        }

        return await VhdDisk.OpenAsync(_remote, path, null, Cancellation);
    }
}
