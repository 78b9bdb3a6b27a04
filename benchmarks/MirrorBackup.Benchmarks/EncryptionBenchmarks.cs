using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using MirrorBackup.Codecs.Encryption;
using MirrorBackup.Remotes;

namespace MirrorBackup.Benchmarks;

/// <summary>
/// How close does encrypting a stream come to the framework's one-shot cipher? 256 MiB in pieces of 2 MiB, to a remote that discards them; by
/// libcrypto and by the managed ciphers that serve where it is not.
/// </summary>
[Handles(Pieces * (long)PieceBytes)]
[InProcessJob(isLong: true)]
[MemoryDiagnoser]
public class EncryptionBenchmarks
{
    private const int Pieces = 128;
    private const int PieceBytes = 2 << 20;
    private const string ManagedSwitch = "MirrorBackup.UseManagedCiphers";

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
        AppContext.SetSwitch(ManagedSwitch, false);
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
    public Task StreamAsync() => UploadAsync(managed: false);

    /// <summary>The same without libcrypto.</summary>
    [Benchmark(Description = "stream, managed")]
    public Task StreamManagedAsync() => UploadAsync(managed: true);

    private async Task UploadAsync(bool managed)
    {
        AppContext.SetSwitch(ManagedSwitch, managed);
        await using var upload = await _remote.CreateAsync(s_file, new UploadOptions(Length: Pieces * (long)PieceBytes));
        for (var piece = 0; piece < Pieces; piece++)
        {
            await upload.Output.WriteAsync(_clear);
        }

        await upload.CommitAsync();
    }
}
