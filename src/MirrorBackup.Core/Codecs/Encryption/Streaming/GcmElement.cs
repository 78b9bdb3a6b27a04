using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace MirrorBackup.Codecs.Encryption.Streaming;

/// <summary>An element of the field of GCM (NIST SP 800-38D §6.3). Its operations take the same time for all values.</summary>
internal readonly struct GcmElement
{
    /// <summary>What x¹²⁸ is: 1 + x + x² + x⁷, with the coefficient of 1 in the highest bit.</summary>
    private static readonly UInt128 Reduction = (UInt128)0xE1 << 120;

    private readonly UInt128 _bits;

    private GcmElement(UInt128 bits) => _bits = bits;

    public static GcmElement Read(ReadOnlySpan<byte> block) => new(BinaryPrimitives.ReadUInt128BigEndian(block));

    /// <summary>The block that ends a hash: lengths of associated data and ciphertext, in bits.</summary>
    public static GcmElement OfLengths(long associatedBytes, long cipherBytes) => new(new UInt128((ulong)associatedBytes * 8, (ulong)cipherBytes * 8));

    public static GcmElement operator ^(GcmElement left, GcmElement right) => new(left._bits ^ right._bits);

    // Hot from the first message on, and called too rarely for the runtime to see that soon.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static GcmElement operator *(GcmElement left, GcmElement right)
    {
        var product = UInt128.Zero;
        var shifted = left._bits;
        for (var bit = 127; bit >= 0; bit--)
        {
            product ^= shifted & Mask(right._bits >> bit);
            shifted = (shifted >> 1) ^ (Reduction & Mask(shifted));
        }

        return new GcmElement(product);
    }

    /// <summary>The product of <paramref name="exponent"/> times this element; at least once.</summary>
    public GcmElement Power(int exponent)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(exponent, 1);
        var power = this;
        for (var bit = 30 - int.LeadingZeroCount(exponent); bit >= 0; bit--)
        {
            power *= power;
            if ((exponent >> bit & 1) != 0)
            {
                power *= this;
            }
        }

        return power;
    }

    public void Write(Span<byte> block) => BinaryPrimitives.WriteUInt128BigEndian(block, _bits);

    /// <summary>All bits of the lowest one.</summary>
    private static UInt128 Mask(UInt128 value) => UInt128.Zero - (value & UInt128.One);
}
