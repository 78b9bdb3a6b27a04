using MirrorBackup.Simulation.Tests.World;
using MirrorBackup.Testing.Simulation;

namespace MirrorBackup.Simulation.Tests.Faults;

/// <summary>No operation that goes wrong, on either side and in any way, loses what is listed, and one more run repairs the rest.</summary>
public sealed class FaultEnumerationTests(ITestOutputHelper output)
{
    private static readonly FaultKind[] s_failures = [FaultKind.FailBefore, FaultKind.FailAfter, FaultKind.Hang, FaultKind.Die, FaultKind.StaleListing];

    private static readonly FaultKind[] s_ofDestinations = [.. s_failures, FaultKind.TearWrite, FaultKind.Full, FaultKind.LoseLock];

    public static TheoryData<string, int, string> Settings => new()
    {
        { "doc-delta", 4, "dst" },
        { "doc-delta", 4, "src" },
        { "doc-delta-vhddir", 3, "dst" },
        { "doc-delta-encrypted", 3, "dst" },
        { "doc-full", 4, "dst" },
        { "doc-full", 4, "src" },
        { "interrupted-merge-file-blocks", 4, "dst" },
        { "interrupted-merge-dir-blocks", 4, "dst" },
        { "two-dests-diff", 5, "d2" },
    };

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task Fault_AtAnyOperation_LosesNothing(string scenario, int step, string remote) =>
        await EnumerateAsync(new FaultEnumeration(new Setting(scenario, step)), remote == "src" ? s_failures : s_ofDestinations, $"faults of {remote}, {scenario} {step}", remote);

    /// <summary>What is encrypted tells that a bit is another; of clear disks nothing does.</summary>
    public static TheoryData<string, int, string> EncryptedSettings => new()
    {
        { "from-encrypted-source", 2, "src" },
        { "doc-delta-encrypted", 3, "dst" },
        { "doc-delta-encrypted", 4, "dst" },
        { "doc-delta-async-merge-encrypted", 4, "dst" },
    };

    [Theory]
    [MemberData(nameof(EncryptedSettings))]
    public async Task FlippedBit_OfAnyReading_LosesNothing(string scenario, int step, string remote) =>
        await EnumerateAsync(new FaultEnumeration(new Setting(scenario, step), isBelowEncryption: true), [FaultKind.FlipBit], $"flipped bits of {remote}, {scenario} {step}", remote);

    private async Task EnumerateAsync(FaultEnumeration enumeration, FaultKind[] kinds, string what, string remote)
    {
        await enumeration.RunAsync(remote, kinds, kinds.Contains(FaultKind.FlipBit) ? 1 : Budget.Stride);

        Coverage.Add(what, enumeration.Faults, enumeration.Faults);
        output.WriteLine($"{enumeration.Faults} faults");
        Violations.AssertNone(enumeration.Violations, output);
        Assert.NotEqual(0, enumeration.Faults);
    }
}
