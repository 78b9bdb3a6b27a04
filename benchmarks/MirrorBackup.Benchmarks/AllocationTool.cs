using MirrorBackup.Backups;
using MirrorBackup.Disks;

namespace MirrorBackup.Benchmarks;

/// <summary>
/// <c>allocations</c>: the bytes that a whole mirror allocates for each block, from form to form, as a table. What a run takes besides is left out, since it is
/// the difference of a large and a small disk; what pools make once is, since it is the least of several runs.
/// </summary>
internal static class AllocationTool
{
    private const int Few = 64, Many = 448, Runs = 7;

    private static MirrorPair[] Pairs =>
    [
        new(SampleForm.File, SampleForm.File),
        new(SampleForm.File, SampleForm.None),
        new(SampleForm.File, SampleForm.Brotli),
        new(SampleForm.File, SampleForm.ChaCha20),
        new(SampleForm.Brotli, SampleForm.File),
        new(SampleForm.None, SampleForm.None),
        new(SampleForm.Brotli, SampleForm.Brotli),
        new(SampleForm.ChaCha20, SampleForm.ChaCha20),
    ];

    /// <summary>Runs the command, if it is this one.</summary>
    /// <param name="args">The command line.</param>
    /// <returns>Whether it was.</returns>
    public static async Task<bool> TryRunAsync(string[] args)
    {
        if (args is not ["allocations"])
        {
            return false;
        }

        Console.WriteLine("| from | to | bytes |");
        Console.WriteLine("|---|---|---|");
        foreach (var pair in Pairs)
        {
            var each = (await LeastAsync(pair, Many) - await LeastAsync(pair, Few)) / (Many - Few);
            Console.WriteLine($"| {pair.From} | {pair.To} | {each} |");
        }

        return true;
    }

    private static async Task<long> LeastAsync(MirrorPair pair, int blocks)
    {
        var folder = new PairFolder(BackupMode.Incremental);
        try
        {
            await folder.WriteDiskAsync(blocks);
            await folder.PrepareAsync(pair.From);
            var least = long.MaxValue;
            for (var run = 0; run < Runs; run++)
            {
                folder.RemoveCopies();
                var before = GC.GetTotalAllocatedBytes(precise: true);
                await folder.MirrorAsync(pair);
                least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
            }

            return least;
        }
        finally
        {
            folder.Remove();
        }
    }
}
