using System.IO.Compression;
using System.Security.Cryptography;
using MirrorBackup.Backups;
using MirrorBackup.Codecs.Encryption;

namespace MirrorBackup.Benchmarks;

/// <summary>
/// What the framework alone takes to bring one block from one form to another, in memory and on one thread: decrypt and decompress, compress and encrypt,
/// each in one shot. Between equal forms, too, although the library does not have to do it there.
/// </summary>
internal sealed class BlockWork
{
    private const int EnvelopeLength = NonceLength + TagLength;
    private const int NonceLength = 12;
    private const int TagLength = 16;
    private const int BrotliWindow = 22;

    private readonly byte[] _key = new byte[32];
    private readonly byte[] _nonce = new byte[NonceLength];
    private readonly byte[] _clear = new byte[SampleDisk.BlockBytes];
    private readonly byte[] _compressed = new byte[SampleDisk.BlockBytes * 2];
    private readonly byte[] _sealed = new byte[(SampleDisk.BlockBytes * 2) + EnvelopeLength];
    private readonly byte[] _stored;
    private readonly MirrorPair _pair;

    public BlockWork(MirrorPair pair)
    {
        _pair = pair;
        SampleContent.Fill(new Random(3), _clear);
        _stored = Encode(pair.From).ToArray();
    }

    /// <summary>Handles one block.</summary>
    /// <returns>The length of the result.</returns>
    public int Run()
    {
        Decode(_pair.From);
        return Encode(_pair.To).Length;
    }

    private void Decode(SampleForm form)
    {
        var compressed = form.Algorithm is { } algorithm ? Open(algorithm) : _stored;
        switch (form.Form.Codec)
        {
            case BlockCodec.None:
                compressed.CopyTo(_clear);
                break;
            case BlockCodec.Brotli when BrotliDecoder.TryDecompress(compressed, _clear, out _):
                break;
            case BlockCodec.Gzip:
                using (var gzip = new GZipStream(new MemoryStream(_stored, writable: false), CompressionMode.Decompress))
                {
                    gzip.ReadExactly(_clear);
                }

                break;
            default:
                throw new InvalidOperationException($"The sample block of {form} cannot be decoded.");
        }
    }

    private ReadOnlySpan<byte> Encode(SampleForm form)
    {
        var compressed = Compress(form.Form.Codec);
        return form.Algorithm is { } algorithm ? Seal(algorithm, compressed) : compressed;
    }

    private ReadOnlySpan<byte> Compress(BlockCodec codec)
    {
        if (codec == BlockCodec.Brotli && BrotliEncoder.TryCompress(_clear, _compressed, out var length, quality: 0, BrotliWindow))
        {
            return _compressed.AsSpan(0, length);
        }

        var output = new MemoryStream(_compressed);
        if (codec == BlockCodec.Gzip)
        {
            using var gzip = new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true);
            gzip.Write(_clear);
        }
        else
        {
            output.Write(_clear);
        }

        return _compressed.AsSpan(0, (int)output.Position);
    }

    private ReadOnlySpan<byte> Seal(EncryptionAlgorithm algorithm, ReadOnlySpan<byte> content)
    {
        var body = _sealed.AsSpan(NonceLength, content.Length);
        var tag = _sealed.AsSpan(NonceLength + content.Length, TagLength);
        if (algorithm == EncryptionAlgorithm.Aes256Gcm)
        {
            using var cipher = new AesGcm(_key, TagLength);
            cipher.Encrypt(_nonce, content, body, tag);
        }
        else
        {
            using var cipher = new ChaCha20Poly1305(_key);
            cipher.Encrypt(_nonce, content, body, tag);
        }

        return _sealed.AsSpan(0, EnvelopeLength + content.Length);
    }

    private ReadOnlySpan<byte> Open(EncryptionAlgorithm algorithm)
    {
        var body = _stored.AsSpan(NonceLength..^TagLength);
        var tag = _stored.AsSpan(^TagLength..);
        var content = _compressed.AsSpan(0, body.Length);
        if (algorithm == EncryptionAlgorithm.Aes256Gcm)
        {
            using var cipher = new AesGcm(_key, TagLength);
            cipher.Decrypt(_nonce, body, tag, content);
        }
        else
        {
            using var cipher = new ChaCha20Poly1305(_key);
            cipher.Decrypt(_nonce, body, tag, content);
        }

        return content;
    }
}
