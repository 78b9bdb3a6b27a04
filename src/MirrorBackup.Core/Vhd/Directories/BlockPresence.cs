using System.Buffers.Binary;
using System.Collections;
using System.Numerics;

namespace MirrorBackup.Vhd.Directories;

/// <summary>
/// Which blocks a VHD directory holds: its <c>bat</c>, one bit per block, most significant bit first (<c>formats/vhd.md</c> §3.2), and at the same time the
/// ascending list of their indexes. What it costs is the bitmap, however many blocks it claims. Immutable.
/// </summary>
internal sealed class BlockPresence : IReadOnlyList<int>
{
    private const int WordBits = 64;
    private const int WordsPerSample = 64;

    private readonly ulong[] _words;
    private readonly int[] _countBefore;

    /// <summary>Takes over a bitmap.</summary>
    /// <param name="bitmap">The bits; those that are missing count as 0, those of blocks behind the last are ignored.</param>
    /// <param name="blockCount">Blocks that the disk can have.</param>
    public BlockPresence(ReadOnlySpan<byte> bitmap, int blockCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(blockCount);
        _words = new ulong[(blockCount + WordBits - 1) / WordBits];
        _countBefore = new int[(_words.Length + WordsPerSample - 1) / WordsPerSample];
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        for (var i = 0; i < _words.Length; i++)
        {
            var start = Math.Min(i * sizeof(ulong), bitmap.Length);
            var count = Math.Min(sizeof(ulong), bitmap.Length - start);
            bytes.Clear();
            bitmap.Slice(start, count).CopyTo(bytes);
            var beyond = Math.Max(0, ((i + 1) * WordBits) - blockCount);
            _words[i] = BinaryPrimitives.ReadUInt64BigEndian(bytes) & (ulong.MaxValue << beyond);
            if (i % WordsPerSample == 0)
            {
                _countBefore[i / WordsPerSample] = Count;
            }

            Count += BitOperations.PopCount(_words[i]);
        }
    }

    /// <summary>How many blocks are there.</summary>
    public int Count { get; }

    /// <summary>The index of the n-th block that is there.</summary>
    public int this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            var sample = Array.BinarySearch(_countBefore, index);
            sample = sample < 0 ? ~sample - 1 : LastOf(sample);
            var left = index - _countBefore[sample];
            var word = sample * WordsPerSample;
            for (int count; left >= (count = BitOperations.PopCount(_words[word])); word++)
            {
                left -= count;
            }

            var bits = _words[word];
            for (; left > 0; left--)
            {
                bits &= ~(1UL << (WordBits - 1 - BitOperations.LeadingZeroCount(bits)));
            }

            return (word * WordBits) + BitOperations.LeadingZeroCount(bits);
        }
    }

    /// <summary>Whether a block is there; false for any index outside the disk.</summary>
    public bool Contains(int block) =>
        block >= 0 && block / WordBits < _words.Length && (_words[block / WordBits] << (block % WordBits)) >> (WordBits - 1) != 0;

    /// <inheritdoc/>
    public IEnumerator<int> GetEnumerator()
    {
        for (var word = 0; word < _words.Length; word++)
        {
            for (var bits = _words[word]; bits != 0;)
            {
                var bit = BitOperations.LeadingZeroCount(bits);
                bits &= ~(1UL << (WordBits - 1 - bit));
                yield return (word * WordBits) + bit;
            }
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    // Samples without blocks between them are equal; the last of the equal ones is where the next block lies.
    private int LastOf(int sample)
    {
        while (sample + 1 < _countBefore.Length && _countBefore[sample + 1] == _countBefore[sample])
        {
            sample++;
        }

        return sample;
    }
}
