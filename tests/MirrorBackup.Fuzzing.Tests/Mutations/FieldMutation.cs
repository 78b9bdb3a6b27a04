using System.Buffers.Binary;

namespace MirrorBackup.Fuzzing.Mutations;

/// <summary>Overwrites big-endian numbers with the values at which arithmetic goes wrong.</summary>
internal static class FieldMutation
{
    private static readonly ulong[] s_values =
    [
        0, 1, 2, 3, 4, 511, 512, 513, 1024, 1535, 1536, 1537, 2048, 4096, 0x7FFF, 0xFFFF, 0x10000, 0x1FFFFF, 0x200000, 0x200001, 0x1000000, 0x1000001,
        (1 << 25) - 1, 1 << 25, (1 << 25) + 1, int.MaxValue - 1, int.MaxValue, 0x80000000, uint.MaxValue - 1, uint.MaxValue, 0x100000000, 1UL << 41, 1UL << 46,
        (1UL << 46) + 1, long.MaxValue - 511, long.MaxValue - 1, long.MaxValue, 1UL << 63, 0xFFFFFFFFFFFFFE00, ulong.MaxValue - 1, ulong.MaxValue,
    ];

    /// <summary>Overwrites one of some fields.</summary>
    /// <param name="random">Chance.</param>
    /// <param name="bytes">Changed in place where the field lies in it.</param>
    /// <param name="fields">Where they begin, and their widths: 1, 2, 4 or 8 bytes.</param>
    /// <returns>The same array.</returns>
    public static byte[] Apply(Random random, byte[] bytes, ReadOnlySpan<(int Offset, int Width)> fields)
    {
        if (fields.IsEmpty)
        {
            return bytes;
        }

        var (offset, width) = fields[random.Next(fields.Length)];
        if (offset + width > bytes.Length)
        {
            return bytes;
        }

        var field = bytes.AsSpan(offset, width);
        Span<byte> number = stackalloc byte[sizeof(ulong)];
        number.Clear();
        field.CopyTo(number[^width..]);
        var value = BinaryPrimitives.ReadUInt64BigEndian(number);
        value = random.Next(8) switch
        {
            0 => value + 1,
            1 => value - 1,
            2 => value << 1,
            3 => value >> 1,
            4 => (ulong)random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64),
            _ => s_values[random.Next(s_values.Length)],
        };
        BinaryPrimitives.WriteUInt64BigEndian(number, value);
        number[^width..].CopyTo(field);
        return bytes;
    }

    /// <summary>A field of any place and width.</summary>
    public static IEnumerable<(int Offset, int Width)> Anywhere(Random random, int length)
    {
        var width = 1 << random.Next(4);
        if (length >= width)
        {
            yield return (random.Next(length - width + 1), width);
        }
    }
}
