using System.Collections;

namespace MirrorBackup.Vhd;

/// <summary>The blocks 0 to n-1 without a list of them: what a fixed disk holds.</summary>
internal sealed class BlockRange(int count) : IReadOnlyList<int>
{
    public int Count => count;

    public int this[int index] => (uint)index < (uint)count ? index : throw new ArgumentOutOfRangeException(nameof(index));

    public IEnumerator<int> GetEnumerator()
    {
        for (var i = 0; i < count; i++)
        {
            yield return i;
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
