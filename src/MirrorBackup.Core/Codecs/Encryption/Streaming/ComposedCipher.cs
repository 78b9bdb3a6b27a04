using System.Security.Cryptography;

namespace MirrorBackup.Codecs.Encryption.Streaming;

/// <summary>
/// A message of a cipher that is composed of two primitives: a key stream, which is made ahead where the message is long, and an authenticator of
/// the ciphertext.
/// </summary>
internal abstract class ComposedCipher : StreamingCipher
{
    private readonly KeyStream _keyStream;
    private readonly long _maximumLength;
    private readonly bool _encrypts;
    private long _length;
    private long _made;
    private bool _disposed;

    /// <param name="blockBytes">Bytes of a block of the key stream.</param>
    /// <param name="maximumLength">The most bytes of a message; whole blocks.</param>
    /// <param name="encrypts">Whether clear bytes go in.</param>
    protected ComposedCipher(int blockBytes, long maximumLength, bool encrypts)
    {
        (_maximumLength, _encrypts) = (maximumLength, encrypts);
        _keyStream = new KeyStream(MakeUpToTheEnd, blockBytes);
    }

    public sealed override void Transform(ReadOnlySpan<byte> input, Span<byte> output)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(output.Length, input.Length);
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (input.Length > _maximumLength - _length)
        {
            throw new CryptographicException($"The cipher encrypts at most {_maximumLength} bytes with one nonce; {_length} were before, {input.Length} came.");
        }

        _length += input.Length;
        while (!input.IsEmpty)
        {
            // In pieces, so that bytes are still in a near cache when they are needed again, and the key stream is asked for evenly.
            var count = Math.Min(input.Length, KeyStream.PieceBytes);
            if (!_encrypts)
            {
                Authenticate(input[..count]);
            }

            _keyStream.Apply(input[..count], output[..count]);
            if (_encrypts)
            {
                Authenticate(output[..count]);
            }

            input = input[count..];
            output = output[count..];
        }
    }

    public sealed override bool Verify(ReadOnlySpan<byte> tag)
    {
        Span<byte> computed = stackalloc byte[EncryptionScheme.TagBytes];
        Finish(computed);
        return CryptographicOperations.FixedTimeEquals(computed, tag);
    }

    public sealed override void Dispose()
    {
        // The key stream first: another thread may be in the middle of a piece.
        _disposed = true;
        _keyStream.Dispose();
        DisposeParts();
    }

    /// <summary>Makes the bytes of the key stream that come next: whole blocks, up to <see cref="KeyStream.PieceBytes"/>.</summary>
    /// <remarks>Called by one thread at a time, but not always by the same.</remarks>
    protected abstract void MakeKeyStream(Span<byte> next);

    /// <summary>Takes the next bytes of the ciphertext.</summary>
    protected abstract void Authenticate(ReadOnlySpan<byte> text);

    /// <summary>Wipes what can be wiped.</summary>
    protected abstract void DisposeParts();

    /// <summary>What is made ahead ends where the cipher's counter does; what is behind is never used, for no message is that long.</summary>
    private void MakeUpToTheEnd(Span<byte> next)
    {
        next = next[..(int)Math.Min(next.Length, _maximumLength - _made)];
        _made += next.Length;
        if (!next.IsEmpty)
        {
            MakeKeyStream(next);
        }
    }
}
