namespace MirrorBackup.Fuzzing.Mutations;

/// <summary>Damages bytes without knowing what they are.</summary>
internal static class ByteMutation
{
    private static readonly byte[] s_bytes = [0, 1, 2, 0x7F, 0x80, 0xFE, 0xFF, (byte)'"', (byte)'{', (byte)'[', (byte)'/', (byte)'.'];

    /// <summary>Damages in one to four places.</summary>
    /// <param name="random">Chance.</param>
    /// <param name="bytes">What to damage; not changed.</param>
    /// <param name="other">Another input, whose parts may be put in.</param>
    public static byte[] Apply(Random random, ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> other)
    {
        var result = bytes.ToArray();
        for (var count = random.Next(1, 5); count > 0; count--)
        {
            result = ApplyOnce(random, result, other);
        }

        return result;
    }

    private static byte[] ApplyOnce(Random random, byte[] bytes, ReadOnlySpan<byte> other)
    {
        var place = random.Next(bytes.Length + 1);
        var rest = bytes.Length - place;
        switch (random.Next(9))
        {
            case 0 when rest > 0:
                bytes[place] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 1 when rest > 0:
                bytes[place] = Pick(random, s_bytes);
                return bytes;
            case 2 when rest > 0:
                bytes.AsSpan(place, random.Next(1, Math.Min(rest, 64) + 1)).Fill(Pick(random, s_bytes));
                return bytes;
            case 3:
                return bytes[..place];
            case 4:
                return [.. bytes, .. new byte[random.Next(1, 1025)]];
            case 5: // a splice
                return [.. bytes[..place], .. other[random.Next(other.Length + 1)..]];
            case 6: // a piece twice
                return [.. bytes[..place], .. bytes.AsSpan(place, random.Next(Math.Min(rest, 4096) + 1)), .. bytes[place..]];
            case 7: // a piece lost
                return [.. bytes[..place], .. bytes[(place + random.Next(Math.Min(rest, 64) + 1))..]];
            default:
                return FieldMutation.Apply(random, bytes, [.. FieldMutation.Anywhere(random, bytes.Length)]);
        }
    }

    private static byte Pick(Random random, byte[] values) => values[random.Next(values.Length)];
}
