using System.Globalization;
using MirrorBackup.Fuzzing.Engine;
using MirrorBackup.Fuzzing.Targets;

[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace MirrorBackup.Fuzzing;

/// <summary>
/// A bounded number of inputs for each reader; the long run is a command (<c>docs/reliability.md</c>). <c>MIRRORBACKUP_FUZZ_SEED</c> chooses other inputs,
/// <c>MIRRORBACKUP_FUZZ_FACTOR</c> how many times as many.
/// </summary>
public sealed class FuzzingTests
{
    private const ulong UsualSeed = 20260105;

    public static TheoryData<string> Targets => [.. FuzzTargets.All.Select(static target => target.Name)];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Targets))]
    public async Task Reader_AnyInput_EndsInSuccessOrInOneOfOurErrors(string name)
    {
        var target = FuzzTargets.All.Single(target => target.Name == name);
        var seed = Number("MIRRORBACKUP_FUZZ_SEED", UsualSeed);
        var fuzzer = new Fuzzer(target, seed);
        var count = target.Iterations * (long)Number("MIRRORBACKUP_FUZZ_FACTOR", 1);
        for (var iteration = 0L; iteration < count; iteration++)
        {
            if (await fuzzer.TryAsync(iteration, Cancellation) is { } failure)
            {
                var file = await FailureFiles.WriteAsync(Path.Combine(Path.GetTempPath(), "mirrorbackup-fuzz"), target, seed, failure);
                Assert.Fail(FailureFiles.Describe(target, seed, failure, file));
            }
        }
    }

    private static ulong Number(string variable, ulong usual) =>
        ulong.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : usual;
}
