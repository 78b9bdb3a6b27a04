using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using MirrorBackup.Codecs.Encryption;
using MirrorBackup.Remotes;

namespace MirrorBackup.Benchmarks;

/// <summary>
/// How close does encrypting a stream come to the framework's one-shot cipher? 256 MiB in pieces of 2 MiB, to a remote that discards them; by
/// libcrypto, and by libsodium (ChaCha20-Poly1305 only) and the managed ciphers, which serve where it is not.
/// </summary>
[Handles(Pieces * (long)PieceBytes)]
[InProcessJob(isLong: true)]
[MemoryDiagnoser]
public class EncryptionBenchmarks
{
    private const int Pieces = 128;
    private const int PieceBytes = 2 << 20;
    private const string AllowedSetting = "MirrorBackup.StreamingCiphers";

    private static readonly RemotePath s_file = RemotePath.Parse("file");

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(EncryptionKey.Length);
    private readonly byte[] _clear = RandomNumberGenerator.GetBytes(PieceBytes);
    private readonly byte[] _stored = new byte[PieceBytes];
    private readonly byte[] _tag = new byte[16];
    private EncryptedRemote _remote = null!;

    /// <summary>The cipher.</summary>
    [Params(EncryptionAlgorithm.ChaCha20Poly1305, EncryptionAlgorithm.Aes256Gcm)]
    public EncryptionAlgorithm Algorithm { get; set; }

    /// <summary>Opens the remote.</summary>
    [GlobalSetup]
    public async Task SetupAsync()
    {
        using var key = EncryptionKey.FromBytes(_key);
        _remote = await EncryptedRemote.CreateAsync(new DiscardingRemote(), Algorithm, key, static _ => false);
    }

    /// <summary>Closes the remote.</summary>
    [GlobalCleanup]
    public async Task CleanupAsync()
    {
        AppContext.SetData(AllowedSetting, null);
        await _remote.DisposeAsync();
    }

    /// <summary>The framework, each piece a message of its own.</summary>
    [Benchmark(Baseline = true, Description = "one-shot")]
    public int OneShot()
    {
        var nonce = new byte[12];
        for (var piece = 0; piece < Pieces; piece++)
        {
            nonce[0] = (byte)piece;
            if (Algorithm == EncryptionAlgorithm.Aes256Gcm)
            {
                using var cipher = new AesGcm(_key, _tag.Length);
                cipher.Encrypt(nonce, _clear, _stored, _tag);
            }
            else
            {
                using var cipher = new ChaCha20Poly1305(_key);
                cipher.Encrypt(nonce, _clear, _stored, _tag);
            }
        }

        return _tag[0];
    }

    /// <summary>The library, one message.</summary>
    [Benchmark(Description = "stream, libcrypto")]
    public Task StreamAsync() => UploadAsync("libcrypto");

    /// <summary>The same without libcrypto; AES-256-GCM is managed here.</summary>
    [Benchmark(Description = "stream, libsodium")]
    public Task StreamLibSodiumAsync() => UploadAsync("libsodium");

    /// <summary>The same without any native library.</summary>
    [Benchmark(Description = "stream, managed")]
    public Task StreamManagedAsync() => UploadAsync("");

    private async Task UploadAsync(string sources)
    {
        AppContext.SetData(AllowedSetting, sources);
        await using var upload = await _remote.CreateAsync(s_file, new UploadOptions(Length: Pieces * (long)PieceBytes));
        for (var piece = 0; piece < Pieces; piece++)
        {
            await upload.Output.WriteAsync(_clear);
        }

        await upload.CommitAsync();
    }
}
