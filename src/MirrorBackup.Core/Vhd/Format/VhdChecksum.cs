using System.Buffers.Binary;

namespace MirrorBackup.Vhd.Format;

/// <summary>The checksum of a footer or header (<c>formats/vhd.md</c> §1.4): the complement of the sum of its raw bytes, the checksum's own four apart.</summary>
internal static class VhdChecksum
{
    public static uint Compute(ReadOnlySpan<byte> structure, int checksumOffset) => ~(Sum(structure) - Sum(structure.Slice(checksumOffset, sizeof(uint))));

    public static void Write(Span<byte> structure, int checksumOffset) =>
        BinaryPrimitives.WriteUInt32BigEndian(structure[checksumOffset..], Compute(structure, checksumOffset));

    private static uint Sum(ReadOnlySpan<byte> bytes)
    {
        var sum = 0u;
        foreach (var value in bytes)
        {
            sum += value;
        }

        return sum;
    }
}
