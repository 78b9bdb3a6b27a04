using System.Reflection;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using MirrorBackup.Codecs.Encryption;
using MirrorBackup.Codecs.Encryption.Streaming;
using MirrorBackup.Codecs.Encryption.Streaming.Cng;

namespace MirrorBackup.Tests.Codecs;

/// <summary>What goes to Windows' CNG, whether the machine is one that has it or not.</summary>
public sealed unsafe class CngAesGcmTests
{
    private static readonly byte[] Key = [.. Enumerable.Range(1, 32).Select(static number => (byte)number)];
    private static readonly byte[] Nonce = [.. Enumerable.Range(50, 12).Select(static number => (byte)number)];

    /// <summary>The offsets that bcrypt.h gives the structure in a process of 64 bits.</summary>
    [Fact]
    public void CngModeInfo_Layout_IsThatOfTheHeader()
    {
        Assert.SkipUnless(nint.Size == 8, "Offsets of a process of 64 bits.");

        (string Field, int Offset)[] expected =
        [
            (nameof(CngModeInfo.Size), 0), (nameof(CngModeInfo.Version), 4), (nameof(CngModeInfo.Nonce), 8), (nameof(CngModeInfo.NonceLength), 16),
            (nameof(CngModeInfo.AuthData), 24), (nameof(CngModeInfo.AuthDataLength), 32), (nameof(CngModeInfo.Tag), 40),
            (nameof(CngModeInfo.TagLength), 48), (nameof(CngModeInfo.MacContext), 56), (nameof(CngModeInfo.MacContextLength), 64),
            (nameof(CngModeInfo.TotalAuthDataLength), 68), (nameof(CngModeInfo.TotalDataLength), 72), (nameof(CngModeInfo.Flags), 80),
        ];

        Assert.Equal(88, sizeof(CngModeInfo));
        Assert.Equal(expected.Length, typeof(CngModeInfo).GetFields(BindingFlags.Public | BindingFlags.Instance).Length);
        Assert.All(expected, static row => Assert.Equal(row.Offset, (int)Marshal.OffsetOf<CngModeInfo>(row.Field)));
    }

    [Theory]
    [InlineData(new int[0], "0")]
    [InlineData(new[] { 1 }, "1")]
    [InlineData(new[] { 16 }, "16")]
    [InlineData(new[] { 17 }, "16+ 1")]
    [InlineData(new[] { 32 }, "16+ 16")]
    [InlineData(new[] { 16, 16 }, "16+ 16")]
    [InlineData(new[] { 5, 5, 5, 5 }, "16+ 4")]
    [InlineData(new[] { 100, 100 }, "96+ 16+ 80+ 8")]
    [InlineData(new[] { 1, 1_000_000 }, "16+ 999984+ 1")]
    [InlineData(new[] { 20_000_000 }, "16777216+ 3222768+ 16")]
    public void Transform_AnyPieces_ChainsWholeBlocksAndEndsWithARest(int[] pieces, string expected)
    {
        ArgumentNullException.ThrowIfNull(pieces);
        var key = new EmulatedCngKey(Key);
        using var cipher = new CngAesGcm(key, EmulatedCngKey.CreateAes(Key), Nonce, encrypts: true);
        foreach (var piece in pieces)
        {
            cipher.Transform(new byte[piece], new byte[piece]);
        }

        cipher.Finish(new byte[16]);

        Assert.Equal(expected, string.Join(' ', key.Calls.Select(static call => call.More ? $"{call.Length}+" : $"{call.Length}")));
    }

    [Fact]
    public void Transform_Failure_SaysTheStatus()
    {
        using var cipher = EmulatedCngKey.Begin(Key, Nonce, encrypts: true, EmulatedCngKey.Defect.RefusesChaining);

        var exception = Assert.Throws<CryptographicException>(() => cipher.Transform(new byte[100], new byte[100]));

        Assert.Equal("CNG could not go on: status 0xC000000D.", exception.Message);
    }

    [Fact]
    public void Dispose_Always_ClosesTheKeyAndEndsTheUse()
    {
        var key = new EmulatedCngKey(Key);
        var cipher = new CngAesGcm(key, EmulatedCngKey.CreateAes(Key), Nonce, encrypts: true);

        cipher.Dispose();

        Assert.True(key.IsDisposed);
        Assert.Throws<ObjectDisposedException>(() => cipher.Transform(new byte[1], new byte[1]));
    }

    [Fact]
    public void Passes_CngAsDocumented_IsTrue() => Assert.True(Passes(EmulatedCngKey.Defect.None));

    /// <summary>Every way of being wrong ends in another implementation and not in a file that nobody can read.</summary>
    [Fact]
    public void Passes_CngWithAnyDefect_IsFalse()
    {
        foreach (var defect in Enum.GetValues<EmulatedCngKey.Defect>().Except([EmulatedCngKey.Defect.None]))
        {
            Assert.False(Passes(defect), defect.ToString());
        }
    }

    [Fact]
    public void Native_Windows_StreamsAesGcmByCng()
    {
        var cng = Assert.Single(CipherSources.Native, static source => source.Name == "cng");

        Assert.False(cng.Works(EncryptionAlgorithm.ChaCha20Poly1305));
        Assert.Equal(OperatingSystem.IsWindows(), cng.Works(EncryptionAlgorithm.Aes256Gcm));
    }

    private static bool Passes(EmulatedCngKey.Defect defect) =>
        CipherSelfTest.Passes((_, key, nonce, encrypts) => EmulatedCngKey.Begin(key, nonce, encrypts, defect), EncryptionAlgorithm.Aes256Gcm);
}
