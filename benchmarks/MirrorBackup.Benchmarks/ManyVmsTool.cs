using System.Globalization;

namespace MirrorBackup.Benchmarks;

/// <summary>What <c>benchmarks/many-vms/run.sh</c> needs of this program: the repository that is mirrored, and the floor of a first mirror.</summary>
internal static class ManyVmsTool
{
    /// <summary>Runs one command, if it is one.</summary>
    /// <param name="args">The command line.</param>
    /// <returns>Whether it was.</returns>
    public static async Task<bool> TryRunAsync(string[] args)
    {
        switch (args)
        {
            case ["sample-many-vms", var folder, var vms, var backups, var disks]:
                await ManyVms.WriteAsync(folder, Number(vms), Number(backups), Number(disks));
                return true;
            case ["floor-flush", var folder, var target, var threads]:
                Console.WriteLine((long)DurableCopy.RunAll(folder, target, Number(threads)).TotalMilliseconds);
                return true;
            default:
                return false;
        }
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
