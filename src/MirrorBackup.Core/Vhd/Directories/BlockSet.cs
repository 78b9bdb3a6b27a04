using System.Numerics;

namespace MirrorBackup.Vhd.Directories;

/// <summary>A set of block indexes as the bits of a VHD directory's <c>bat</c>: most significant bit first. Thread-safe.</summary>
internal sealed class BlockSet
{
    private readonly Lock _lock = new();
    private readonly byte[] _bits;
    private int _count;

    /// <param name="blocks">How many blocks there can be.</param>
    public BlockSet(long blocks) => _bits = new byte[(blocks + 7) / 8];

    private BlockSet(byte[] bits)
    {
        _bits = bits;
        foreach (var bit in bits)
        {
            _count += BitOperations.PopCount(bit);
        }
    }

    /// <summary>How many are in the set.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Bytes that <see cref="ToBytes"/> returns.</summary>
    public int ByteLength => _bits.Length;

    /// <summary>A set of the bits that <see cref="ToBytes"/> returned.</summary>
    public static BlockSet FromBytes(byte[] bits) => new(bits);

    public bool Contains(int block)
    {
        lock (_lock)
        {
            return block >= 0 && block >> 3 < _bits.Length && (_bits[block >> 3] & Bit(block)) != 0;
        }
    }

    /// <summary>Adds a block.</summary>
    /// <returns>False if it was in the set.</returns>
    public bool Add(int block)
    {
        lock (_lock)
        {
            if ((_bits[block >> 3] & Bit(block)) != 0)
            {
                return false;
            }

            _bits[block >> 3] |= Bit(block);
            _count++;
            return true;
        }
    }

    /// <summary>Adds the blocks of another set of the same length.</summary>
    public void Add(BlockSet other)
    {
        var added = other.ToBytes();
        lock (_lock)
        {
            for (var i = 0; i < _bits.Length; i++)
            {
                _count += BitOperations.PopCount((uint)(added[i] & ~_bits[i]));
                _bits[i] |= added[i];
            }
        }
    }

    /// <summary>A copy of the bits.</summary>
    public byte[] ToBytes()
    {
        lock (_lock)
        {
            return [.. _bits];
        }
    }

    private static byte Bit(int block) => (byte)(0x80 >> (block & 7));
}
