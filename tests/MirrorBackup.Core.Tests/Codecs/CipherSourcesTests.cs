using MirrorBackup.Codecs.Encryption;
using MirrorBackup.Codecs.Encryption.Streaming;

namespace MirrorBackup.Tests.Codecs;

/// <summary>Which implementation serves, and which never does.</summary>
public sealed class CipherSourcesTests
{
    private const EncryptionAlgorithm Algorithm = EncryptionAlgorithm.ChaCha20Poly1305;

    /// <summary>How an implementation can be wrong, that everything has to catch.</summary>
    public enum Fault
    {
        FlipsABit,
        FlipsABitFarIn,
        GivesAnotherTag,
        AcceptsEveryTag,
        RefusesEveryTag,
        Fails,
    }

    [Theory]
    [InlineData(Fault.FlipsABit)]
    [InlineData(Fault.FlipsABitFarIn)]
    [InlineData(Fault.GivesAnotherTag)]
    [InlineData(Fault.AcceptsEveryTag)]
    [InlineData(Fault.RefusesEveryTag)]
    [InlineData(Fault.Fails)]
    public void Choose_SourceThatFailsItsTest_IsNeverUsed(Fault fault)
    {
        var bad = Source("bad", fault);
        var good = Source("good");
        var last = Source("last");

        Assert.Same(good, CipherSources.Choose(Algorithm, [bad, good], last, allowed: null));
        Assert.Same(last, CipherSources.Choose(Algorithm, [bad], last, allowed: null));
        Assert.Same(last, CipherSources.Choose(Algorithm, [bad, good], last, allowed: "bad"));
    }

    [Fact]
    public void Choose_SeveralThatWork_IsTheFirst()
    {
        var (first, second, last) = (Source("first"), Source("second"), Source("last"));

        Assert.Same(first, CipherSources.Choose(Algorithm, [first, second], last, allowed: null));
        Assert.Same(second, CipherSources.Choose(Algorithm, [first, second], last, allowed: "SECOND"));
        Assert.Same(first, CipherSources.Choose(Algorithm, [first, second], last, allowed: "second, first"));
        Assert.Same(last, CipherSources.Choose(Algorithm, [first, second], last, allowed: ""));
        Assert.Same(last, CipherSources.Choose(Algorithm, [], last, allowed: null));
    }

    [Fact]
    public void Works_ManyTimes_TestsOnce()
    {
        var begun = 0;
        var source = new CipherSource(
            "counted",
            static _ => true,
            (algorithm, key, nonce, encrypts) =>
            {
                begun++;
                return CipherSources.Managed.Begin(algorithm, key, nonce, encrypts);
            });

        Assert.True(source.Works(Algorithm));
        var after = begun;
        Assert.True(source.Works(Algorithm));

        Assert.True(after > 0);
        Assert.Equal(after, begun);
    }

    [Fact]
    public void Works_AlgorithmThatDoesNotAuthenticate_IsFalse() =>
        Assert.All(CipherSources.Native, static source => Assert.False(source.Works(EncryptionAlgorithm.Aes256Cbc)));

    [Fact]
    public void Native_Linux_LibCryptoServesBoth()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Elsewhere it may not be there.");

        Assert.Equal("libcrypto", CipherSources.For(EncryptionAlgorithm.ChaCha20Poly1305).Name);
        Assert.Equal("libcrypto", CipherSources.For(EncryptionAlgorithm.Aes256Gcm).Name);
    }

    /// <summary>The tests bring the package, so that it is found on every system that the package is for.</summary>
    [Fact]
    public void Native_PackageOfLibSodium_ServesChaCha20Poly1305()
    {
        var source = CipherSources.Choose(Algorithm, CipherSources.Native, CipherSources.Managed, "libsodium");

        Assert.Equal("libsodium", source.Name);
        Assert.Same(
            CipherSources.Managed,
            CipherSources.Choose(EncryptionAlgorithm.Aes256Gcm, CipherSources.Native, CipherSources.Managed, "libsodium"));
    }

    private static CipherSource Source(string name, Fault? fault = null) => new(
        name,
        static _ => true,
        (algorithm, key, nonce, encrypts) => fault == Fault.Fails
            ? throw new DllNotFoundException("It is not there.")
            : new FaultyCipher(CipherSources.Managed.Begin(algorithm, key, nonce, encrypts), fault));

    private sealed class FaultyCipher(StreamingCipher inner, Fault? fault) : StreamingCipher
    {
        private long _length;

        public override void Transform(ReadOnlySpan<byte> input, Span<byte> output)
        {
            inner.Transform(input, output);
            var wrong = fault switch
            {
                Fault.FlipsABit => 0,
                Fault.FlipsABitFarIn => 100_000 - _length,
                _ => -1,
            };
            if (wrong >= 0 && wrong < input.Length)
            {
                output[(int)wrong] ^= 0x80;
            }

            _length += input.Length;
        }

        public override void Finish(Span<byte> tag)
        {
            inner.Finish(tag);
            tag[^1] ^= fault == Fault.GivesAnotherTag ? (byte)1 : (byte)0;
        }

        public override bool Verify(ReadOnlySpan<byte> tag) => fault switch
        {
            Fault.AcceptsEveryTag => true,
            Fault.RefusesEveryTag => false,
            _ => inner.Verify(tag),
        };

        public override void Dispose() => inner.Dispose();
    }
}
