using System.Security.Cryptography;
using System.Text;
using FsCheck;
using FsCheck.Xunit;
using MirrorBackup.Codecs.Encryption;
using MirrorBackup.Codecs.Encryption.Streaming;

namespace MirrorBackup.Tests.Codecs;

/// <summary>All implementations of this machine against published vectors and against the framework's one-shot ciphers.</summary>
public sealed class StreamingCipherTests
{
    private static readonly byte[] SomeKey = Enumerable.Range(0x80, 32).Select(static number => (byte)number).ToArray();

    /// <summary>Windows' CNG as it is documented, so that the code that calls it runs everywhere.</summary>
    private static readonly CipherSource EmulatedCng = new(
        "cng, emulated",
        static algorithm => algorithm == EncryptionAlgorithm.Aes256Gcm,
        static (_, key, nonce, encrypts) => EmulatedCngKey.Begin(key, nonce, encrypts));

    private static readonly CipherSource[] Sources = [.. CipherSources.Native, CipherSources.Managed, EmulatedCng];

    /// <summary>Algorithms, and names of sources that have them here.</summary>
    public static TheoryData<EncryptionAlgorithm, string> Implementations
    {
        get
        {
            var data = new TheoryData<EncryptionAlgorithm, string>();
            foreach (var algorithm in (EncryptionAlgorithm[])[EncryptionAlgorithm.ChaCha20Poly1305, EncryptionAlgorithm.Aes256Gcm])
            {
                foreach (var source in Sources.Where(source => source.Works(algorithm)))
                {
                    data.Add(algorithm, source.Name);
                }
            }

            return data;
        }
    }

    /// <summary>Algorithm, key, nonce, clear, ciphertext, tag; in hexadecimal digits. None has associated data, as no file has.</summary>
    public static TheoryData<EncryptionAlgorithm, string, string, string, string, string> Vectors => new()
    {
        // The GCM specification of McGrew and Viega, test cases 13, 14 and 15.
        { EncryptionAlgorithm.Aes256Gcm, new string('0', 64), new string('0', 24), "", "", "530f8afbc74536b9a963b4f1c4cb738b" },
        { EncryptionAlgorithm.Aes256Gcm, new string('0', 64), new string('0', 24), new string('0', 32), "cea7403d4d606b6e074ec5d3baf39d18", "d0d1c8a799996bf0265b98b5d48ab919" },
        {
            EncryptionAlgorithm.Aes256Gcm,
            "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
            "cafebabefacedbaddecaf888",
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255",
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad",
            "b094dac5d93471bdec1a502270e3cc6c"
        },
    };

    [Theory]
    [MemberData(nameof(Vectors))]
    public void Transform_PublishedVector_GivesItsCiphertextAndTag(
        EncryptionAlgorithm algorithm, string key, string nonce, string clear, string cipherText, string tag)
    {
        foreach (var source in Sources.Where(source => source.Works(algorithm)))
        {
            var (text, found) = Encrypt(algorithm, source.Name, Convert.FromHexString(key), Convert.FromHexString(nonce), Convert.FromHexString(clear), [7, 9, 1]);

            Assert.Equal(cipherText, Convert.ToHexStringLower(text));
            Assert.Equal(tag, Convert.ToHexStringLower(found));
        }
    }

    [Theory]
    [InlineData("libcrypto")]
    [InlineData("libsodium")]
    [InlineData("managed")]
    public void Transform_Rfc8439KeyStream_IsThatOfTheSunscreenExample(string source)
    {
        // RFC 8439 §2.8.2; its tag covers associated data, which files do not have, its ciphertext does not.
        var clear = Encoding.ASCII.GetBytes(
            "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.");
        const string Expected =
            "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36"
            + "92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc3ff4def08e4b7a9de576d26586cec64b6116";

        var (text, _) = Encrypt(EncryptionAlgorithm.ChaCha20Poly1305, source, SomeKey, Convert.FromHexString("070000004041424344454647"), clear, [64]);

        Assert.Equal(Expected, Convert.ToHexStringLower(text));
    }

    [Theory]
    [MemberData(nameof(Implementations))]
    public void Transform_LengthsAroundBlocks_EqualTheFrameworksOneShot(EncryptionAlgorithm algorithm, string source)
    {
        int[] lengths = [0, 1, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 1023, 1024, 1025, 32767, 32768, 32769, 65537, (1 << 20) - 1, 1 << 20, (1 << 20) + 17, 3_000_001];
        foreach (var length in lengths)
        {
            AssertEqualToOneShot(algorithm, source, length, [length]);
        }
    }

    [Property(MaxTest = 60)]
    public void Transform_AnySplit_EqualsTheFrameworksOneShot(NonNegativeInt length, PositiveInt[] pieces)
    {
        ArgumentNullException.ThrowIfNull(pieces);
        foreach (var (algorithm, source) in Implementations.Select(static row => row.Data))
        {
            AssertEqualToOneShot(algorithm, source, length.Get * 37 % 200_000, [.. pieces.Select(static piece => piece.Get * 7 % 5000 + 1)]);
        }
    }

    [Theory]
    [MemberData(nameof(Implementations))]
    public void Verify_AnythingAltered_IsFalse(EncryptionAlgorithm algorithm, string source)
    {
        var nonce = Bytes(12, 5);
        var (text, tag) = Encrypt(algorithm, source, SomeKey, nonce, Bytes(1000, 1), [100]);

        Assert.True(Decrypt(algorithm, source, SomeKey, nonce, text, tag).IsAuthentic);
        foreach (var position in (int[])[0, 15, 16, 500, 999])
        {
            Assert.False(Decrypt(algorithm, source, SomeKey, nonce, Flip(text, position), tag).IsAuthentic);
        }

        for (var position = 0; position < tag.Length; position++)
        {
            Assert.False(Decrypt(algorithm, source, SomeKey, nonce, text, Flip(tag, position)).IsAuthentic);
        }

        for (var position = 0; position < nonce.Length; position++)
        {
            Assert.False(Decrypt(algorithm, source, SomeKey, Flip(nonce, position), text, tag).IsAuthentic);
        }

        Assert.False(Decrypt(algorithm, source, Flip(SomeKey, 31), nonce, text, tag).IsAuthentic);
        Assert.False(Decrypt(algorithm, source, SomeKey, nonce, text[..999], tag).IsAuthentic);
        Assert.False(Decrypt(algorithm, source, SomeKey, nonce, [.. text, 0], tag).IsAuthentic);
    }

    [Fact]
    public void GcmElement_PowerByMultiplication_IsTheSame()
    {
        var element = GcmElement.Read(Bytes(16, 3));
        var product = element;
        for (var exponent = 1; exponent <= 70; exponent++)
        {
            Assert.Equal(product, element.Power(exponent));
            product *= element;
        }
    }

    private static void AssertEqualToOneShot(EncryptionAlgorithm algorithm, string source, int length, int[] pieces)
    {
        var clear = Bytes(length, length);
        var nonce = Bytes(12, length + 1);
        var expectedText = new byte[length];
        var expectedTag = new byte[16];
        if (algorithm == EncryptionAlgorithm.Aes256Gcm)
        {
            using var oneShot = new AesGcm(SomeKey, 16);
            oneShot.Encrypt(nonce, clear, expectedText, expectedTag);
        }
        else
        {
            using var oneShot = new ChaCha20Poly1305(SomeKey);
            oneShot.Encrypt(nonce, clear, expectedText, expectedTag);
        }

        var (text, tag) = Encrypt(algorithm, source, SomeKey, nonce, clear, pieces);
        var (back, isAuthentic) = Decrypt(algorithm, source, SomeKey, nonce, text, tag, pieces);

        Assert.True(expectedText.AsSpan().SequenceEqual(text), $"{algorithm}, {source}, {length} bytes: another ciphertext");
        Assert.Equal(expectedTag, tag);
        Assert.True(isAuthentic);
        Assert.True(clear.AsSpan().SequenceEqual(back), $"{algorithm}, {source}, {length} bytes: other clear bytes");
    }

    // Once in place and once from buffer to buffer: both ways are used.
    private static (byte[] Text, byte[] Tag) Encrypt(EncryptionAlgorithm algorithm, string source, byte[] key, byte[] nonce, byte[] clear, int[] pieces)
    {
        var text = clear.ToArray();
        var tag = new byte[16];
        using var cipher = Begin(algorithm, source, key, nonce, encrypts: true);
        Run(cipher, text, text, pieces);
        cipher.Finish(tag);
        return (text, tag);
    }

    private static (byte[] Clear, bool IsAuthentic) Decrypt(
        EncryptionAlgorithm algorithm, string source, byte[] key, byte[] nonce, byte[] text, byte[] tag, int[]? pieces = null)
    {
        var clear = new byte[text.Length];
        using var cipher = Begin(algorithm, source, key, nonce, encrypts: false);
        Run(cipher, text, clear, pieces ?? [33]);
        return (clear, cipher.Verify(tag));
    }

    private static void Run(StreamingCipher cipher, byte[] input, byte[] output, int[] pieces)
    {
        for (int done = 0, turn = 0; done < input.Length; turn++)
        {
            var count = Math.Min(input.Length - done, pieces.Length == 0 ? input.Length : pieces[turn % pieces.Length]);
            cipher.Transform(input.AsSpan(done, count), output.AsSpan(done));
            done += count;
        }
    }

    private static StreamingCipher Begin(EncryptionAlgorithm algorithm, string source, byte[] key, byte[] nonce, bool encrypts)
    {
        using var made = EncryptionKey.FromBytes(key);
        return StreamingCipher.Create(Array.Find(Sources, known => known.Name == source)!, algorithm, made, nonce, encrypts);
    }

    private static byte[] Flip(byte[] bytes, int position)
    {
        var flipped = bytes.ToArray();
        flipped[position] ^= 0x10;
        return flipped;
    }

    private static byte[] Bytes(int length, int seed)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
