using System.Security.Cryptography;

namespace MirrorBackup.Codecs.Encryption.Streaming;

/// <summary>
/// Whether a source gives, in this process and on this machine, what the framework's one-shot cipher gives: so a native library that is missing a
/// function, forbidden by a policy, of another version or called wrongly shows here, and not in the middle of an archive. Takes milliseconds.
/// </summary>
internal static class CipherSelfTest
{
    /// <summary>Nothing, less than a block of either cipher, whole blocks, a rest, and more than the 65,536 bytes that some libraries count in.</summary>
    private static readonly int[] Lengths = [0, 1, 16, 63, 64, 1000, 4096, 65_536, 200_003];

    /// <summary>How messages are cut: not at all, into odd pieces, at blocks, and pieces longer than what a library may hold back.</summary>
    private static readonly int[][] Splits = [[int.MaxValue], [1, 15, 16, 17, 4093], [64, 4096], [7, 65_537, 31]];

    /// <summary>Whether everything is as it must be; false whatever is raised.</summary>
    public static bool Passes(CipherSource.BeginMessage begin, EncryptionAlgorithm algorithm)
    {
        if (algorithm is not (EncryptionAlgorithm.Aes256Gcm or EncryptionAlgorithm.ChaCha20Poly1305))
        {
            return false;
        }

        try
        {
            return Array.TrueForAll(Lengths, length => Passes(begin, algorithm, length));
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // Whatever it is, the library cannot be used, and another can.
            return false;
        }
    }

    private static bool Passes(CipherSource.BeginMessage begin, EncryptionAlgorithm algorithm, int length)
    {
        var key = Bytes(EncryptionKey.Length, 0x5A);
        var nonce = Bytes(EncryptionScheme.NonceBytes, 0xC3);
        var clear = Bytes(length, 0x17);
        var text = new byte[length];
        var tag = new byte[EncryptionScheme.TagBytes];
        EncryptOneShot(algorithm, key, nonce, clear, text, tag);
        foreach (var split in Splits)
        {
            // From buffer to buffer when encrypting and in place when decrypting: both ways are used.
            var found = new byte[length];
            var foundTag = new byte[EncryptionScheme.TagBytes];
            using var encrypter = begin(algorithm, key, nonce, encrypts: true);
            Run(encrypter, clear, found, split);
            encrypter.Finish(foundTag);
            if (!found.AsSpan().SequenceEqual(text) || !foundTag.AsSpan().SequenceEqual(tag))
            {
                return false;
            }

            using var decrypter = begin(algorithm, key, nonce, encrypts: false);
            Run(decrypter, found, found, split);
            if (!decrypter.Verify(tag) || !found.AsSpan().SequenceEqual(clear))
            {
                return false;
            }

            foundTag[length % foundTag.Length] ^= 1;
            using var refuser = begin(algorithm, key, nonce, encrypts: false);
            Run(refuser, text, found, split);
            if (refuser.Verify(foundTag))
            {
                return false;
            }
        }

        return true;
    }

    private static void Run(StreamingCipher cipher, byte[] input, byte[] output, int[] split)
    {
        for (int done = 0, turn = 0; done < input.Length; turn++)
        {
            var count = Math.Min(input.Length - done, split[turn % split.Length]);
            cipher.Transform(input.AsSpan(done, count), output.AsSpan(done, count));
            done += count;
        }
    }

    private static void EncryptOneShot(EncryptionAlgorithm algorithm, byte[] key, byte[] nonce, byte[] clear, byte[] text, byte[] tag)
    {
        if (algorithm == EncryptionAlgorithm.Aes256Gcm && AesGcm.IsSupported)
        {
            using var cipher = new AesGcm(key, tag.Length);
            cipher.Encrypt(nonce, clear, text, tag);
        }
        else if (algorithm == EncryptionAlgorithm.ChaCha20Poly1305 && ChaCha20Poly1305.IsSupported)
        {
            using var cipher = new ChaCha20Poly1305(key);
            cipher.Encrypt(nonce, clear, text, tag);
        }
        else
        {
            // Older Windows: there is nothing that the framework could be asked.
            using var cipher = CipherSources.Managed.Begin(algorithm, key, nonce, encrypts: true);
            cipher.Transform(clear, text);
            cipher.Finish(tag);
        }
    }

    private static byte[] Bytes(int length, byte first)
    {
        var bytes = new byte[length];
        var next = (uint)first;
        for (var at = 0; at < length; at++)
        {
            bytes[at] = (byte)((next = (next * 1_664_525) + 1_013_904_223) >> 24);
        }

        return bytes;
    }
}
