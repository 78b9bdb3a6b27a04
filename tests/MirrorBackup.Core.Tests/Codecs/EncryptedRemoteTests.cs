using System.Buffers;
using System.IO.Pipelines;
using System.Security.Cryptography;
using MirrorBackup.Codecs.Encryption;
using MirrorBackup.Codecs.Encryption.Streaming;
using MirrorBackup.Golden;
using MirrorBackup.Remotes;
using MirrorBackup.Transfer;

namespace MirrorBackup.Tests.Codecs;

public sealed class EncryptedRemoteTests : IAsyncDisposable
{
    private static readonly RemotePath File = RemotePath.Parse("folder/file");
    private static readonly RemotePath Other = RemotePath.Parse("folder/other");
    private static readonly RemotePath Clear = RemotePath.Parse("folder/clear.checksum");
    private static readonly byte[] Nonce = Enumerable.Range(1, 12).Select(static number => (byte)number).ToArray();

    private readonly MemoryRemote _storage = new("cold");

    public static TheoryData<EncryptionAlgorithm, int> Sizes => new MatrixTheoryData<EncryptionAlgorithm, int>(
        [EncryptionAlgorithm.ChaCha20Poly1305, EncryptionAlgorithm.Aes256Gcm], [0, 1, 5000, 5 << 20]);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task Writing_FixedNonce_StoresNonceCiphertextAndTagOfTheFrameworksCipher(EncryptionAlgorithm algorithm, int size)
    {
        var remote = Encrypted(algorithm);
        var content = Bytes(size);

        await remote.WriteAllAsync(File, content, default, Cancellation);
        await using (var upload = await remote.CreateAsync(Other, new UploadOptions(Length: size), Cancellation))
        {
            upload.Output.Write(content.AsSpan(0, size / 3));
            await upload.Output.WriteAsync(content.AsMemory(size / 3), Cancellation);
            await upload.CommitAsync(Cancellation);
        }

        var expected = Seal(algorithm, content);
        Assert.Equal(expected, await StoredAsync(File));
        Assert.Equal(expected, await StoredAsync(Other));
        Assert.Equal(size, (await remote.StatAsync(File, Cancellation))!.Value.Length);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task Reading_OneBitFlippedAnywhere_IsNotAuthentic(EncryptionAlgorithm algorithm, int size)
    {
        var remote = Encrypted(algorithm);
        var stored = Seal(algorithm, Bytes(size));
        int[] positions = [0, 11, 12, 12 + (size / 2), stored.Length - 17, stored.Length - 16, stored.Length - 1];
        foreach (var position in positions)
        {
            var flipped = stored.ToArray();
            flipped[position] ^= 1;
            await _storage.WriteAllAsync(File, flipped, default, Cancellation);

            await AssertNotAuthenticAsync(() => remote.ReadAllAsync(File, int.MaxValue, Cancellation).AsTask());
            await AssertNotAuthenticAsync(() => ReadPiecesAsync(remote.OpenReadAsync(File, Cancellation)));
            await AssertNotAuthenticAsync(() => ReadPiecesAsync(remote.OpenStoredAsync(File, Cancellation)));
            await AssertBufferGetsNothingAsync(remote, size);
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task Reading_Truncated_IsNotAuthentic(EncryptionAlgorithm algorithm, int size)
    {
        var remote = Encrypted(algorithm);
        var stored = Seal(algorithm, Bytes(size));
        foreach (var length in (int[])[0, 1, 27, stored.Length - 16, stored.Length - 1])
        {
            await _storage.WriteAllAsync(File, stored.AsMemory(0, Math.Min(length, stored.Length - 1)), default, Cancellation);

            await AssertNotAuthenticAsync(() => remote.ReadAllAsync(File, int.MaxValue, Cancellation).AsTask());
            await AssertNotAuthenticAsync(() => ReadPiecesAsync(remote.OpenReadAsync(File, Cancellation)));
            await AssertBufferGetsNothingAsync(remote, size);
        }
    }

    [Fact]
    public async Task StatAndList_FilesShorterThanAnEncryptedOne_HaveNoLength()
    {
        var remote = Encrypted();
        await _storage.WriteAllAsync(File, new byte[27], default, Cancellation);

        Assert.Equal(0, (await remote.StatAsync(File, Cancellation))!.Value.Length);
        await foreach (var entry in remote.ListAsync(File.Parent, Cancellation))
        {
            Assert.Equal(0, entry.Length);
        }
    }

    [Fact]
    public async Task ReadAsync_LargeFileInAnyOrder_GivesItsContent()
    {
        var content = Bytes(6_000_000);
        await _storage.WriteAllAsync(File, Seal(EncryptionAlgorithm.ChaCha20Poly1305, content), default, Cancellation);
        await using var file = await Encrypted().OpenReadAsync(File, Cancellation);
        var random = new Random(7);

        Assert.True(file.IsSequential);
        Assert.Equal(content.Length, file.Length);
        for (var turn = 0; turn < 60; turn++)
        {
            var buffer = new byte[random.Next(3) switch { 0 => random.Next(10), 1 => random.Next(70_000), _ => random.Next(900_000) }];
            var offset = turn % 4 == 0 ? random.Next(content.Length + 10) : Math.Min(content.Length, turn * 100_000);
            var count = await file.ReadAsync(offset, buffer, Cancellation);
            var expected = content.AsSpan(Math.Min(offset, content.Length), Math.Max(0, Math.Min(buffer.Length, content.Length - offset)));
            Assert.True(expected.SequenceEqual(buffer.AsSpan(0, count)), $"turn {turn}: {buffer.Length} bytes at {offset}");
        }
    }

    [Fact]
    public async Task StreamCopy_LargeFileWithAlteredTag_CommitsNothing()
    {
        var stored = Seal(EncryptionAlgorithm.ChaCha20Poly1305, Bytes(9_000_000));
        stored[^1] ^= 0x80;
        await _storage.WriteAllAsync(File, stored, default, Cancellation);
        await using var file = await Encrypted().OpenReadAsync(File, Cancellation);
        await using var target = new MemoryRemote("target");

        var result = await StreamCopy.RunAsync(
            file, [new CopyTarget<IUpload>("target", stop => target.CreateAsync(Other, default, stop))], cancellationToken: Cancellation);

        Assert.Equal(ErrorCodes.NotAuthentic, Assert.IsType<IntegrityException>(result.SourceError).Code);
        Assert.Null(await target.StatAsync(Other, Cancellation));
    }

    [Fact]
    public async Task ReadAsync_BlockIntoTheCallersBuffer_AllocatesNoBlock()
    {
        const int Block = (2 << 20) + 512;
        var remote = Encrypted(EncryptionAlgorithm.Aes256Gcm);
        await remote.WriteAllAsync(File, Bytes(Block), default, Cancellation);
        var buffer = new byte[Block];
        await ReadAsync();

        // The least of several: other tests allocate at the same time.
        var least = long.MaxValue;
        for (var turn = 0; turn < 20; turn++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            await ReadAsync();
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        Assert.Equal(Bytes(Block), buffer);
        Assert.InRange(least, 0, Block / 2);

        async Task ReadAsync()
        {
            await using var file = await remote.OpenReadAsync(File, Cancellation);
            await file.ReadExactlyAsync(0, buffer, Cancellation);
        }
    }

    [Fact]
    public async Task ClearPaths_AreLeftAlone()
    {
        var remote = Encrypted();

        await remote.WriteAllAsync(Clear, Bytes(10), default, Cancellation);

        Assert.Equal(Bytes(10), await StoredAsync(Clear));
        Assert.Equal(Bytes(10), await remote.ReadAllAsync(Clear, 100, Cancellation));
        Assert.Equal(10, (await remote.StatAsync(Clear, Cancellation))!.Value.Length);
        var refused = await Assert.ThrowsAsync<UnsupportedBackupException>(() => remote.MoveAsync(Clear, File, cancellationToken: Cancellation).AsTask());
        Assert.Contains("one of the two names is encrypted", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(EncryptionAlgorithm.Aes256Gcm, 68719476704)]
    [InlineData(EncryptionAlgorithm.ChaCha20Poly1305, 274877906880)]
    public async Task CreateAsync_MoreThanTheCipherAllows_IsRefusedBeforeTheFirstByte(EncryptionAlgorithm algorithm, long limit)
    {
        var remote = Encrypted(algorithm);

        Assert.Equal(limit, remote.Capabilities.MaximumFileLength);
        var refused = await Assert.ThrowsAsync<UnsupportedBackupException>(
            () => remote.CreateAsync(File, new UploadOptions(Length: limit + 1), Cancellation).AsTask());
        Assert.Contains($"{limit + 1} bytes are more than", refused.Message, StringComparison.Ordinal);
        await (await remote.CreateAsync(File, new UploadOptions(Length: limit), Cancellation)).DisposeAsync();
    }

    [Fact]
    public async Task EncryptingPipeWriter_MoreThanAllowedWithoutAnnouncement_IsRefusedWhileItComes()
    {
        using var key = EncryptionKey.FromText(GoldenData.EncryptionKey);
        using var cipher = StreamingCipher.Create(EncryptionAlgorithm.Aes256Gcm, key, Nonce, encrypts: true);
        var writer = new EncryptingPipeWriter(PipeWriter.Create(Stream.Null), cipher, static length => new UnsupportedBackupException($"{length}"), 1000);
        await writer.WriteAsync(new byte[1000], Cancellation);

        await Assert.ThrowsAsync<UnsupportedBackupException>(async () => await writer.WriteAsync(new byte[1], Cancellation));
        Assert.Throws<InvalidOperationException>(writer.End);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(3_000_000)]
    public async Task Cbc_OldestFormat_IsReadInAnyOrder(int size)
    {
        var content = Bytes(size);
        await _storage.WriteAllAsync(File, SealCbc(content), default, Cancellation);
        var remote = Encrypted(EncryptionAlgorithm.Aes256Cbc);

        Assert.Equal(content, await remote.ReadAllAsync(File, int.MaxValue, Cancellation));
        Assert.InRange((await remote.StatAsync(File, Cancellation))!.Value.Length, size, size + 15);
        await using var file = await remote.OpenReadAsync(File, Cancellation);
        Assert.Equal(size, file.Length);
        foreach (var offset in (int[])[size / 2, size - 1, 0, size, size / 3])
        {
            var buffer = new byte[33];
            var count = await file.ReadAsync(Math.Max(0, offset), buffer, Cancellation);
            Assert.Equal(content.Skip(Math.Max(0, offset)).Take(33), buffer.Take(count));
        }
    }

    [Fact]
    public async Task Cbc_Damaged_IsSaid()
    {
        var stored = SealCbc(Bytes(100));
        stored[^17] ^= 0xff; // changes the padding of the last block
        await _storage.WriteAllAsync(File, stored, default, Cancellation);
        var remote = Encrypted(EncryptionAlgorithm.Aes256Cbc);
        await AssertNotAuthenticAsync(() => remote.ReadAllAsync(File, 1000, Cancellation).AsTask());

        foreach (var length in (int[])[5, 16, 17, 47])
        {
            await _storage.WriteAllAsync(File, new byte[length], default, Cancellation);
            await AssertNotAuthenticAsync(() => remote.ReadAllAsync(File, 1000, Cancellation).AsTask());
        }
    }

    [Fact]
    public async Task Cbc_Writing_IsRefused()
    {
        var remote = Encrypted(EncryptionAlgorithm.Aes256Cbc);

        Assert.True(remote.Capabilities.IsReadOnly);
        var writing = await Assert.ThrowsAsync<UnsupportedBackupException>(() => remote.WriteAllAsync(File, Bytes(3), default, Cancellation).AsTask());
        var sending = await Assert.ThrowsAsync<UnsupportedBackupException>(() => remote.CreateAsync(File, default, Cancellation).AsTask());
        Assert.Contains("aes-256-cbc, which is only read", writing.Message, StringComparison.Ordinal);
        Assert.Contains("aes-256-cbc, which is only read", sending.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fingerprint_EqualForEqualAlgorithmAndKeyOnly_AndShowsNeither()
    {
        var first = Encrypted().Capabilities.EncryptionFingerprint!;

        Assert.Equal(first, Encrypted().Capabilities.EncryptionFingerprint);
        Assert.NotEqual(first, Encrypted(EncryptionAlgorithm.Aes256Gcm).Capabilities.EncryptionFingerprint);
        Assert.NotEqual(first, Encrypted(key: new string('k', 32)).Capabilities.EncryptionFingerprint);
        Assert.Matches("^[0-9a-f]{32}$", first);
    }

    [Fact]
    public async Task CreateAsync_KeyDisposedAfterwards_RemoteGoesOnUntilItIsDisposed()
    {
        var key = EncryptionKey.FromText(GoldenData.EncryptionKey);
        var remote = await EncryptedRemote.CreateAsync(_storage, EncryptionAlgorithm.ChaCha20Poly1305, key, static _ => false, Cancellation);
        key.Dispose();

        await remote.WriteAllAsync(File, Bytes(10), default, Cancellation);
        Assert.Equal(Bytes(10), await remote.ReadAllAsync(File, 10, Cancellation));
        await remote.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => remote.WriteAllAsync(File, Bytes(10), default, Cancellation).AsTask());
    }

    public ValueTask DisposeAsync() => _storage.DisposeAsync();

    private static async Task AssertNotAuthenticAsync(Func<Task> read)
    {
        var exception = await Assert.ThrowsAsync<IntegrityException>(read);
        Assert.Equal((ErrorCodes.NotAuthentic, "cold", File.Value), (exception.Code, exception.Remote, exception.Path));
        Assert.Contains("folder/file of cold", exception.Message, StringComparison.Ordinal);
    }

    private static async Task AssertBufferGetsNothingAsync(IRemote remote, int size)
    {
        foreach (var asStored in (bool[])[false, true])
        {
            var buffer = new byte[size + 28];
            await AssertNotAuthenticAsync(() => remote.ReadAllAsync(File, buffer, asStored, Cancellation).AsTask());
            Assert.False(buffer.ContainsAnyExcept((byte)0));
        }
    }

    // As a copy reads: forwards, in pieces; what is not authentic must not come to its end.
    private static async Task ReadPiecesAsync(ValueTask<IRemoteFile> opening)
    {
        await using var file = await opening;
        var buffer = new byte[1 << 20];
        for (long offset = 0; offset < Math.Max(1, file.Length); offset += buffer.Length)
        {
            await file.ReadAsync(offset, buffer, Cancellation);
        }
    }

    private EncryptedRemote Encrypted(EncryptionAlgorithm algorithm = EncryptionAlgorithm.ChaCha20Poly1305, string key = GoldenData.EncryptionKey) => new(
        _storage,
        new FileCipher(EncryptionScheme.Of(algorithm), EncryptionKey.FromText(key), static nonce => Nonce.CopyTo(nonce)),
        static path => path.Value.EndsWith(".checksum", StringComparison.Ordinal));

    private async Task<byte[]> StoredAsync(RemotePath path) => await _storage.ReadAllAsync(path, int.MaxValue, Cancellation);

    private static byte[] Seal(EncryptionAlgorithm algorithm, byte[] clear)
    {
        var stored = new byte[clear.Length + 28];
        var key = System.Text.Encoding.ASCII.GetBytes(GoldenData.EncryptionKey);
        Nonce.CopyTo(stored, 0);
        if (algorithm == EncryptionAlgorithm.Aes256Gcm)
        {
            using var cipher = new AesGcm(key, 16);
            cipher.Encrypt(Nonce, clear, stored.AsSpan(12, clear.Length), stored.AsSpan(12 + clear.Length));
        }
        else
        {
            using var cipher = new ChaCha20Poly1305(key);
            cipher.Encrypt(Nonce, clear, stored.AsSpan(12, clear.Length), stored.AsSpan(12 + clear.Length));
        }

        return stored;
    }

    private static byte[] SealCbc(byte[] clear)
    {
        using var aes = Aes.Create();
        aes.Key = System.Text.Encoding.ASCII.GetBytes(GoldenData.EncryptionKey);
        return [.. aes.IV, .. aes.EncryptCbc(clear, aes.IV)];
    }

    private static byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }
}
