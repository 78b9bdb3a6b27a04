using System.IO.Compression;
using MirrorBackup.Backups;
using MirrorBackup.Codecs;
using MirrorBackup.Golden;

namespace MirrorBackup.Tests.Codecs;

public sealed class BlockCompressionTests
{
    private const int BlockBytes = 2_097_664;

    public static TheoryData<BlockCodec> Codecs => [BlockCodec.None, BlockCodec.Gzip, BlockCodec.Brotli];

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Decompress_WhatCompressMade_GivesTheContentBack(BlockCodec codec)
    {
        foreach (var clear in new[] { [], [7], Noise(512), Noise(BlockBytes), new byte[BlockBytes], HalfNoise(BlockBytes) })
        {
            var stored = new byte[BlockCompression.MaximumLength(codec, clear.Length)];
            var length = BlockCompression.Compress(codec, clear, stored);
            var found = new byte[clear.Length];

            Assert.Equal(clear.Length, BlockCompression.Decompress(codec, stored.AsSpan(0, length), found));
            Assert.Equal(clear, found);
        }
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Compress_TooLittleRoom_Throws(BlockCodec codec)
    {
        Assert.Throws<ArgumentException>(() => BlockCompression.Compress(codec, Noise(100_000), new byte[1000]));
        Assert.Throws<ArgumentException>(() => BlockCompression.Compress(codec, Noise(1000), []));
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Decompress_MoreContentThanRoom_Throws(BlockCodec codec)
    {
        var stored = Stored(codec, HalfNoise(100_000));

        Assert.Throws<InvalidDataException>(() => BlockCompression.Decompress(codec, stored, new byte[99_999]));
        Assert.Throws<InvalidDataException>(() => BlockCompression.Decompress(codec, stored, []));
    }

    [Theory]
    [InlineData(BlockCodec.Gzip)]
    [InlineData(BlockCodec.Brotli)]
    public void Decompress_CutAnywhere_Throws(BlockCodec codec)
    {
        var stored = Stored(codec, HalfNoise(3000));
        var clear = new byte[3000];

        for (var length = 0; length < stored.Length; length++)
        {
            Assert.Throws<InvalidDataException>(() => BlockCompression.Decompress(codec, stored.AsSpan(0, length), clear));
        }
    }

    [Theory]
    [InlineData(BlockCodec.Gzip)]
    [InlineData(BlockCodec.Brotli)]
    public void Decompress_FollowedByOtherBytes_Throws(BlockCodec codec)
    {
        var stored = Stored(codec, HalfNoise(3000));
        foreach (byte[] garbage in new byte[][] { [0], [0x1F], [0x1F, 0x8B], new byte[8], new byte[1000], Noise(1000), stored[..^1], [3, 0] })
        {
            Assert.Throws<InvalidDataException>(() => BlockCompression.Decompress(codec, [.. stored, .. garbage], new byte[100_000]));
        }
    }

    [Theory]
    [InlineData(BlockCodec.Gzip)]
    [InlineData(BlockCodec.Brotli)]
    public void Decompress_Noise_Throws(BlockCodec codec) =>
        Assert.Throws<InvalidDataException>(() => BlockCompression.Decompress(codec, Noise(5000), new byte[100_000]));

    [Fact]
    public void Decompress_ChangedGzipContent_Throws()
    {
        var stored = Stored(BlockCodec.Gzip, Noise(3000));
        stored[1000] ^= 1;

        Assert.Throws<InvalidDataException>(() => BlockCompression.Decompress(BlockCodec.Gzip, stored, new byte[3000]));
    }

    [Fact]
    public void Decompress_GzipOfSeveralMembers_GivesAllContent()
    {
        var (first, second) = (HalfNoise(3000), Noise(500));
        byte[] empty = [0x1F, 0x8B, 8, 4, 0, 0, 0, 0, 0, 0xFF, 6, 0, 0x42, 0x43, 2, 0, 0x1B, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        byte[] stored = [.. Stored(BlockCodec.Gzip, first), .. Stored(BlockCodec.Gzip, second), .. empty];
        var clear = new byte[3500];

        Assert.Equal(3500, BlockCompression.Decompress(BlockCodec.Gzip, stored, clear));
        Assert.Equal([.. first, .. second], clear);
    }

    [Theory]
    [InlineData(CompressionLevel.NoCompression)]
    [InlineData(CompressionLevel.Optimal)]
    [InlineData(CompressionLevel.SmallestSize)]
    public void Decompress_OtherLevels_GiveTheContent(CompressionLevel level)
    {
        var clear = HalfNoise(BlockBytes);
        foreach (var codec in (BlockCodec[])[BlockCodec.Gzip, BlockCodec.Brotli])
        {
            using var stored = new MemoryStream();
            using (Stream output = codec == BlockCodec.Gzip ? new GZipStream(stored, level, leaveOpen: true) : new BrotliStream(stored, level, leaveOpen: true))
            {
                output.Write(clear);
            }

            var found = new byte[clear.Length];
            Assert.Equal(clear.Length, BlockCompression.Decompress(codec, stored.ToArray(), found));
            Assert.Equal(clear, found);
        }
    }

    [Fact]
    public async Task Gzip_IndependentTool_AgreesBothWays()
    {
        var token = TestContext.Current.CancellationToken;
        Assert.SkipUnless(ExternalTool.IsInstalled("7zz"), "7zz is not installed.");
        var clear = HalfNoise(BlockBytes);
        using var folder = new TemporaryFolder();
        await File.WriteAllBytesAsync(folder["block.gz"], Stored(BlockCodec.Gzip, clear), token);
        await ExternalTool.RunAsync("7zz", ["x", "-y", $"-o{folder.Path}", folder["block.gz"]], folder.Path, token);
        Assert.Equal(clear, await File.ReadAllBytesAsync(folder["block"], token));

        await ExternalTool.RunAsync("7zz", ["a", "-tgzip", "-mx=1", folder["other.gz"], folder["block"]], folder.Path, token);
        var found = new byte[clear.Length];
        Assert.Equal(clear.Length, BlockCompression.Decompress(BlockCodec.Gzip, await File.ReadAllBytesAsync(folder["other.gz"], token), found));
        Assert.Equal(clear, found);
    }

    private static byte[] Stored(BlockCodec codec, byte[] clear)
    {
        var stored = new byte[BlockCompression.MaximumLength(codec, clear.Length)];
        return stored[..BlockCompression.Compress(codec, clear, stored)];
    }

    private static byte[] Noise(int bytes)
    {
        var noise = new byte[bytes];
        new Random(bytes).NextBytes(noise);
        return noise;
    }

    private static byte[] HalfNoise(int bytes)
    {
        var half = Noise(bytes);
        half.AsSpan(bytes / 4, bytes / 2).Clear();
        return half;
    }
}
