using System.Buffers.Binary;
using System.Security.Cryptography;
using MirrorBackup.Codecs.Encryption.Streaming;

namespace MirrorBackup.Tests.Codecs;

/// <summary>The key stream that is made ahead, on another thread, by a cipher whose key stream is easy to tell: the number of each block.</summary>
public sealed class ComposedCipherTests
{
    private const int BlockBytes = 8;

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    [InlineData(3_000_000)]
    public void Transform_LongMessageInAnyPieces_TakesTheKeyStreamInOrder(int piece)
    {
        const int Length = (6 << 20) + 12_345;
        var length = piece == 1 ? KeyStream.AheadFrom + 200_000 : Length;
        using var cipher = new NumberCipher();
        var output = new byte[length];

        for (var done = 0; done < length; done += piece)
        {
            var count = Math.Min(piece, length - done);
            cipher.Transform(output.AsSpan(done, count), output.AsSpan(done, count));
        }

        AssertNumbers(output);
        Assert.Equal(length, cipher.Authenticated);
    }

    [Fact]
    public async Task Transform_ManyMessagesAtOnce_KeepsEachInOrder()
    {
        // More of them than the pool has threads, each of which blocks one: who finds nothing made ahead makes it.
        await Task.WhenAll(Enumerable.Range(0, 4 * Environment.ProcessorCount).Select(static _ => Task.Run(static () =>
        {
            using var cipher = new NumberCipher();
            var output = new byte[4 << 20];
            cipher.Transform(output, output);
            AssertNumbers(output);
        })));
    }

    [Fact]
    public void Transform_KeyStreamFails_RaisesItWhereItIsNeeded()
    {
        const int Sound = (KeyStream.AheadFrom + (5 * KeyStream.PieceBytes)) / BlockBytes;
        using var cipher = new NumberCipher(failsAt: Sound);
        var output = new byte[Sound * BlockBytes];
        cipher.Transform(output, output);

        AssertNumbers(output);
        Assert.Throws<CryptographicException>(() => cipher.Transform(new byte[1], new byte[1]));
    }

    [Fact]
    public void Transform_MoreThanTheCipherMayEncrypt_IsRefused()
    {
        const int Maximum = KeyStream.AheadFrom + (3 * KeyStream.PieceBytes) + (11 * BlockBytes);
        using var cipher = new NumberCipher(Maximum);
        var output = new byte[Maximum];
        cipher.Transform(output, output);

        AssertNumbers(output);
        var exception = Assert.Throws<CryptographicException>(() => cipher.Transform(new byte[1], new byte[1]));
        Assert.Contains($"at most {Maximum} bytes", exception.Message, StringComparison.Ordinal);
        cipher.Dispose();
        Assert.Equal(Maximum / BlockBytes, cipher.Blocks);
    }

    [Fact]
    public void Dispose_InTheMiddle_WaitsForWhatIsBeingMade()
    {
        for (var turn = 0; turn < 50; turn++)
        {
            var cipher = new NumberCipher();
            cipher.Transform(new byte[KeyStream.AheadFrom + 1], new byte[KeyStream.AheadFrom + 1]);
            cipher.Dispose();
            var blocks = cipher.Blocks;

            Assert.False(cipher.IsMaking);
            Assert.Throws<ObjectDisposedException>(() => cipher.Transform(new byte[1], new byte[1]));
            Assert.Equal(blocks, cipher.Blocks);
        }
    }

    private static void AssertNumbers(byte[] output)
    {
        for (var at = 0; at <= output.Length - BlockBytes; at += BlockBytes)
        {
            if (BinaryPrimitives.ReadInt64LittleEndian(output.AsSpan(at)) != at / BlockBytes)
            {
                Assert.Fail($"Another block than {at / BlockBytes} at {at}.");
            }
        }
    }

    private sealed class NumberCipher(long maximum = long.MaxValue / 8 * 8, long failsAt = long.MaxValue)
        : ComposedCipher(BlockBytes, maximum, encrypts: true)
    {
        private int _making;

        public long Blocks { get; private set; }

        public long Authenticated { get; private set; }

        public bool IsMaking => Volatile.Read(ref _making) != 0;

        public override void Finish(Span<byte> tag) => tag.Clear();

        protected override void Authenticate(ReadOnlySpan<byte> text) => Authenticated += text.Length;

        protected override void MakeKeyStream(Span<byte> next)
        {
            if (Interlocked.Exchange(ref _making, 1) != 0)
            {
                throw new InvalidOperationException("Two threads at once.");
            }

            for (var at = 0; at < next.Length; at += BlockBytes)
            {
                if (Blocks >= failsAt)
                {
                    Volatile.Write(ref _making, 0);
                    throw new CryptographicException("No more.");
                }

                BinaryPrimitives.WriteInt64LittleEndian(next[at..], Blocks++);
            }

            Volatile.Write(ref _making, 0);
        }

        protected override void DisposeParts() => Assert.False(IsMaking);
    }
}
