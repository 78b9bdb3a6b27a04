namespace MirrorBackup.Benchmarks;

/// <summary>Bytes that are the same in every run, and that brotli of quality 0 shortens to about 1 / 2.8, as it does the disks of usual machines.</summary>
internal static class SampleContent
{
    private const int Words = 1024;
    private const int LongestWord = 24;
    private const int ShortestWord = 8;

    private static readonly byte[] s_words = MakeWords();

    /// <summary>Fills a buffer with words of a fixed vocabulary, by chance.</summary>
    public static void Fill(Random random, Span<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var word = s_words.AsSpan(random.Next(Words) * LongestWord, Math.Min(random.Next(ShortestWord, LongestWord + 1), buffer.Length));
            word.CopyTo(buffer);
            buffer = buffer[word.Length..];
        }
    }

    private static byte[] MakeWords()
    {
        var words = new byte[Words * LongestWord];
        new Random(1).NextBytes(words);
        return words;
    }
}
