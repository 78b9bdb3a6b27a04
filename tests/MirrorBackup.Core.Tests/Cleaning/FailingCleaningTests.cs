using MirrorBackup.Repositories.Cleaning;

namespace MirrorBackup.Tests.Cleaning;

/// <summary>A cleaning in which one operation fails, whichever it is: nothing is lost, and the next one makes good what was left.</summary>
public sealed class FailingCleaningTests
{
    [Theory]
    [InlineData("f1-faults-vhd-file", "old-merge-state", false)]
    [InlineData("f1-faults-vhd-file", "tmp-files", true)]
    [InlineData("f2-faults-vhd-dir", "orphan-data", true)]
    [InlineData("f4-faults-full", "json-missing", false)]
    public async Task CleanAsync_AnyOperationFails_LosesNothingAndTheNextRunIsClean(string set, string fault, bool quarantine)
    {
        var options = new CleaningOptions { Repair = true, Quarantine = quarantine };
        var (failing, calls) = (0, 0);
        while (calls >= failing)
        {
            failing++;
            await using var world = await CleaningWorld.OfFaultAsync(set, fault);
            var before = await world.DigestsAsync();
            calls = 0;
            world.Remote.FailsAt = path => path.Name != "xo-vm-backups" && Interlocked.Increment(ref calls) == failing;

            var findings = await world.CleanAsync(options);

            world.Remote.FailsAt = static _ => false;
            Assert.Equal(before, (await world.DigestsAsync()).Where(digest => before.ContainsKey(digest.Key)));
            Assert.True(calls < failing || findings.Any(static finding => !finding.IsSettled), $"nothing tells that operation {failing} failed");
            world.Grow();
            await world.CleanAsync(options);
            Assert.DoesNotContain(await world.ReportAsync(), static finding => finding.Remedy != CleaningRemedy.None);
        }

        Assert.InRange(failing, 20, 500);
    }
}
