using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;

namespace MirrorBackup.Codecs;

/// <summary>gzip between spans: one member or several, ended by the last one's checksum and length and by nothing else.</summary>
/// <remarks>
/// The framework has gzip only as a stream, which neither objects to a stream that is cut off nor to bytes that follow it. Both show at the end: a whole stream
/// ends with the CRC-32 and the length of its last member's content, which is the end of the content.
/// </remarks>
internal static class GzipBlock
{
    private const int TrailerBytes = sizeof(uint) + sizeof(uint);
    private const int FrameBytes = 256;

    // Fast deflate may spend nine bits on a byte.
    public static int MaximumLength(int clearLength) => checked(clearLength + (clearLength / 8) + FrameBytes);

    public static unsafe bool TryCompress(ReadOnlySpan<byte> clear, Span<byte> stored, out int written)
    {
        written = 0;
        if (stored.IsEmpty)
        {
            return false;
        }

        fixed (byte* start = stored)
        {
            using var output = new UnmanagedMemoryStream(start, 0, stored.Length, FileAccess.Write);
            try
            {
                Compress(clear, output);
                written = (int)output.Length;
                return true;
            }
            catch (NotSupportedException)
            {
                // What the memory stream raises where it has no room left.
                return false;
            }
        }
    }

    public static unsafe int Decompress(ReadOnlySpan<byte> stored, Span<byte> clear)
    {
        if (stored.Length < EmptyMember.Length)
        {
            throw new InvalidDataException($"it is no gzip stream: {stored.Length} bytes are less than any has");
        }

        fixed (byte* start = stored)
        {
            using var input = new UnmanagedMemoryStream(start, stored.Length);
            using var gzip = new GZipStream(input, CompressionMode.Decompress);
            var written = Read(gzip, clear);
            if (written > clear.Length)
            {
                throw BlockCompression.TooLong("the gzip stream", clear.Length);
            }

            if (!EndsWithLastMember(stored, clear[..written]))
            {
                throw new InvalidDataException($"the gzip stream of {stored.Length} bytes is cut off, or followed by other bytes");
            }

            return written;
        }
    }

    private static ReadOnlySpan<byte> EmptyMember => [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    private static void Compress(ReadOnlySpan<byte> clear, UnmanagedMemoryStream output)
    {
        // The framework writes nothing at all for nothing, which is no gzip stream.
        if (clear.IsEmpty)
        {
            output.Write(EmptyMember);
            return;
        }

        using var gzip = new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true);
        gzip.Write(clear);
    }

    private static int Read(GZipStream gzip, Span<byte> clear)
    {
        try
        {
            var written = gzip.ReadAtLeast(clear, clear.Length, throwOnEndOfStream: false);
            return written == clear.Length && gzip.ReadByte() >= 0 ? written + 1 : written;
        }
        catch (InvalidDataException damaged)
        {
            throw new InvalidDataException("it is no gzip stream, or is damaged", damaged);
        }
    }

    private static bool EndsWithLastMember(ReadOnlySpan<byte> stored, ReadOnlySpan<byte> clear)
    {
        var crc = BinaryPrimitives.ReadUInt32LittleEndian(stored[^TrailerBytes..]);
        var length = BinaryPrimitives.ReadUInt32LittleEndian(stored[^sizeof(uint)..]);
        if (length == 0)
        {
            // The trailer of an empty member is zeros, as padding is: it must follow an empty block.
            return stored.EndsWith(EmptyMember[10..]);
        }

        return length <= clear.Length && Crc32.HashToUInt32(clear[^(int)length..]) == crc;
    }
}
