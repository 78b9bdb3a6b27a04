using System.Runtime.InteropServices;

namespace MirrorBackup.Fuzzing.Mutations;

/// <summary>Damages text that people write: URLs, paths, chains. Inputs are its UTF-16 code units, so that halves of surrogate pairs are among them.</summary>
internal static class TextMutation
{
    /// <summary>Damages in one to four places.</summary>
    /// <param name="random">Chance.</param>
    /// <param name="text">What to damage.</param>
    /// <param name="other">Another text, whose parts may be put in.</param>
    /// <param name="pieces">Pieces that mean something in texts of this kind.</param>
    /// <returns>The input.</returns>
    public static byte[] Apply(Random random, string text, string other, string[] pieces)
    {
        for (var count = random.Next(1, 5); count > 0; count--)
        {
            var place = random.Next(text.Length + 1);
            text = random.Next(8) switch
            {
                0 => text[..place],
                1 => text[..place] + other[random.Next(other.Length + 1)..],
                2 => text[..place] + (char)random.Next(0x10000) + text[place..],
                3 => text[..place] + (char)random.Next(0x80) + text[Math.Min(place + 1, text.Length)..],
                4 => text[..place] + "\ud800" + text[place..],
                5 when text.Length is > 0 and < 4096 => string.Concat(Enumerable.Repeat(text[..place], random.Next(2, 40))) + text[place..],
                _ => text[..place] + pieces[random.Next(pieces.Length)] + text[Math.Min(place + random.Next(3), text.Length)..],
            };
        }

        return ToBytes(text);
    }

    /// <summary>The input that is a text.</summary>
    public static byte[] ToBytes(string text)
    {
        var bytes = new byte[text.Length * sizeof(char)];
        MemoryMarshal.AsBytes(text.AsSpan()).CopyTo(bytes);
        return bytes;
    }

    /// <summary>The text that is an input.</summary>
    public static string ToText(byte[] input) => new(MemoryMarshal.Cast<byte, char>(input));
}
