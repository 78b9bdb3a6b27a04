namespace MirrorBackup.Backups;

/// <summary>
/// Finds the positions at which texts stand in a list, in the order of the list. It holds numbers and no texts, so that it is made in a fraction of the time
/// of a dictionary.
/// </summary>
internal sealed class PositionTable
{
    /// <summary>What stands for no position.</summary>
    internal const int None = -1;

    private readonly Func<int, string> _text;
    private readonly int[] _hashes;
    private readonly int[] _heads;
    private readonly int[] _next;

    /// <summary>Makes the table.</summary>
    /// <param name="hashes">The hash (<see cref="HashOf"/>) of each text; kept.</param>
    /// <param name="text">The text at a position, always the same one.</param>
    internal PositionTable(int[] hashes, Func<int, string> text)
    {
        _text = text;
        _hashes = hashes;
        _heads = new int[System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(hashes.Length, 1))];
        _next = new int[hashes.Length];
        Array.Fill(_heads, None);
        for (var position = hashes.Length - 1; position >= 0; position--)
        {
            ref var head = ref _heads[hashes[position] & (_heads.Length - 1)];
            _next[position] = head;
            HasRepeats = HasRepeats || Next(position) != None;
            head = position;
        }
    }

    /// <summary>Whether a text stands at more than one position.</summary>
    internal bool HasRepeats { get; }

    internal static int HashOf(string text) => text.GetHashCode(StringComparison.Ordinal);

    /// <summary>The first position of a text.</summary>
    internal int First(string text)
    {
        var hash = HashOf(text);
        return Skip(_heads[hash & (_heads.Length - 1)], hash, text);
    }

    /// <summary>The next position of the text at a position.</summary>
    internal int Next(int position)
    {
        for (var next = _next[position]; next != None; next = _next[next])
        {
            if (_hashes[next] == _hashes[position] && _text(next) == _text(position))
            {
                return next;
            }
        }

        return None;
    }

    /// <summary>Passes over other texts that share a place in the table.</summary>
    private int Skip(int position, int hash, string text)
    {
        while (position != None && (_hashes[position] != hash || _text(position) != text))
        {
            position = _next[position];
        }

        return position;
    }
}
