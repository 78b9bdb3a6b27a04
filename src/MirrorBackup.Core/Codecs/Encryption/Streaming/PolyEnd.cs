using System.Buffers.Binary;

namespace MirrorBackup.Codecs.Encryption.Streaming;

/// <summary>What the authenticator of ChaCha20-Poly1305 takes behind the ciphertext (RFC 8439 §2.8).</summary>
internal static class PolyEnd
{
    /// <summary>Padding to a multiple of 16 bytes, and two lengths: of the associated data, which there is none of, and of the ciphertext.</summary>
    /// <param name="length">Bytes of ciphertext.</param>
    /// <param name="end">Receives up to 31 bytes; has at least 32.</param>
    /// <returns>How many bytes it is.</returns>
    public static int Write(long length, Span<byte> end)
    {
        end.Clear();
        var padding = (int)(-length & 15);
        BinaryPrimitives.WriteInt64LittleEndian(end[(padding + 8)..], length);
        return padding + 16;
    }
}
