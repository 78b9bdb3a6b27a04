using System.Buffers.Binary;

namespace MirrorBackup.Fuzzing.Mutations;

/// <summary>Damages the structures of VHDs field by field, and mends the checksums afterwards, so that what is behind their check is reached.</summary>
internal static class VhdMutation
{
    /// <summary>Bytes of a footer.</summary>
    public const int FooterLength = 512;

    /// <summary>Bytes of a header.</summary>
    public const int HeaderLength = 1024;

    /// <summary>Where the checksum of a footer lies.</summary>
    public const int FooterChecksum = 64;

    /// <summary>Where the checksum of a header lies.</summary>
    public const int HeaderChecksum = 36;

    private static readonly (int, int)[] s_footer =
        [(0, 8), (8, 4), (12, 4), (16, 8), (24, 4), (28, 4), (32, 4), (36, 4), (40, 8), (48, 8), (56, 2), (58, 1), (59, 1), (60, 4), (64, 4), (68, 8), (76, 8), (84, 1), (85, 1)];

    // The last ones are the parent locators: code, space, length, offset.
    private static readonly (int, int)[] s_header =
        [(0, 8), (8, 8), (16, 8), (24, 4), (28, 4), (32, 4), (36, 4), (40, 8), (56, 4), (64, 2), (66, 2), (574, 2), (576, 4), (580, 4), (584, 4), (592, 8), (744, 4), (748, 4), (760, 8)];

    /// <summary>Damages a footer.</summary>
    /// <returns>A new footer; with a checksum that fits, most of the time.</returns>
    public static byte[] Footer(Random random, ReadOnlySpan<byte> footer) => Structure(random, footer, s_footer, FooterChecksum);

    /// <summary>Damages a header.</summary>
    /// <returns>A new header; with a checksum that fits, most of the time.</returns>
    public static byte[] Header(Random random, ReadOnlySpan<byte> header) => Structure(random, header, s_header, HeaderChecksum);

    /// <summary>Damages a file: its footer, header, table or anything else.</summary>
    /// <param name="random">Chance.</param>
    /// <param name="file">A VHD file with its table directly behind its header; not changed.</param>
    /// <param name="other">Another input, whose parts may be put in.</param>
    public static byte[] File(Random random, ReadOnlySpan<byte> file, ReadOnlySpan<byte> other)
    {
        var result = file.ToArray();
        for (var count = random.Next(1, 4); count > 0; count--)
        {
            result = FileOnce(random, result, other);
        }

        return result;
    }

    /// <summary>
    /// Mends the checksum: the complement of the sum of all other bytes (<c>formats/vhd.md</c> §1.4), written once more so that the library does not mend for its
    /// own check.
    /// </summary>
    /// <returns>The same array.</returns>
    public static byte[] Seal(byte[] structure, int offset)
    {
        structure.AsSpan(offset, sizeof(uint)).Clear();
        BinaryPrimitives.WriteUInt32BigEndian(structure.AsSpan(offset), ~(uint)structure.Sum(static value => value));
        return structure;
    }

    private static byte[] FileOnce(Random random, byte[] file, ReadOnlySpan<byte> other)
    {
        const int Table = FooterLength + HeaderLength;
        if (file.Length < Table + (2 * FooterLength))
        {
            return ByteMutation.Apply(random, file, other);
        }

        switch (random.Next(8))
        {
            case 0 or 1:
                var footer = Footer(random, file.AsSpan(0, FooterLength));
                footer.CopyTo(file, 0);
                if (random.Next(4) > 0)
                {
                    footer.CopyTo(file, file.Length - FooterLength);
                }

                return file;
            case 2 or 3:
                Header(random, file.AsSpan(FooterLength, HeaderLength)).CopyTo(file, FooterLength);
                return file;
            case 4 or 5: // the table: its first entries matter most
                var entry = Table + (4 * random.Next(random.Next(2) == 0 ? 8 : FooterLength / 4));
                return FieldMutation.Apply(random, file, [(entry, 4)]);
            case 6: // cut or longer, with a footer at the end all the same
                var end = file.AsSpan(file.Length - FooterLength).ToArray();
                var length = random.Next(2) == 0 ? random.Next(file.Length) : file.Length + random.Next(4096);
                return [.. file.AsSpan(0, Math.Min(length, file.Length - FooterLength)), .. new byte[Math.Max(0, length - file.Length)], .. end];
            default:
                return ByteMutation.Apply(random, file, other);
        }
    }

    private static byte[] Structure(Random random, ReadOnlySpan<byte> structure, (int, int)[] fields, int checksum)
    {
        var result = structure.ToArray();
        for (var count = random.Next(1, 4); count > 0; count--)
        {
            result = random.Next(4) > 0 ? FieldMutation.Apply(random, result, fields) : FieldMutation.Apply(random, result, [.. FieldMutation.Anywhere(random, result.Length)]);
        }

        if (random.Next(8) > 0)
        {
            Seal(result, checksum);
        }

        return result;
    }
}
