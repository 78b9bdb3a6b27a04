using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;

namespace MirrorBackup.Tests.Planning.Properties;

/// <summary>
/// Holds a property over thousands of generated cases. The cases of a property are the same in every run; the environment variables
/// <c>PROPERTY_SEED</c> and <c>PROPERTY_CASES</c> make others, and more.
/// </summary>
internal static class PropertyCheck
{
    private static readonly ulong Seed =
        ulong.TryParse(Environment.GetEnvironmentVariable("PROPERTY_SEED"), out var seed) ? seed : 20260105;

    private static readonly int? Cases =
        int.TryParse(Environment.GetEnvironmentVariable("PROPERTY_CASES"), out var cases) ? cases : null;

    /// <summary>Holds a property of every destination of every case.</summary>
    internal static void ForEachDestination(Action<DestinationRun> property, int maxTest = 1000) =>
        ForEachTrial(trial =>
        {
            foreach (var run in trial.Runs)
            {
                Explained(trial, () => property(run));
            }
        }, maxTest);

    /// <summary>Holds a property of every case.</summary>
    internal static void ForEachCase(Action<Trial> property, int maxTest = 1000) =>
        ForEachTrial(trial => Explained(trial, () => property(trial)), maxTest);

    /// <summary>Holds a property of every history, without planning.</summary>
    internal static void ForEachHistory(Action<MirrorCase, HistoryWorld> property, int maxTest = 1000) =>
        Hold(mirrorCase => property(mirrorCase, new HistoryWorld(mirrorCase)), maxTest);

    private static void ForEachTrial(Action<Trial> property, int maxTest) => Hold(mirrorCase => property(new Trial(mirrorCase)), maxTest);

    private static void Hold(Action<MirrorCase> property, int maxTest)
    {
        // The name of the test is part of the seed, so that each property sees cases of its own.
        var test = TestContext.Current.TestMethod?.MethodName ?? "";
        var own = test.Aggregate(Seed, (hash, letter) => (hash * 31) + letter);
        var replay = new Replay(new Rnd(own, (own << 1) | 1), FSharpOption<int>.None);
        var config = Config.QuickThrowOnFailure
            .WithMaxTest(Cases ?? maxTest)
            .WithQuietOnSuccess(true)
            .WithReplay(FSharpOption<Replay>.Some(replay));
        Check.One(config, Prop.ForAll(CaseGenerator.Arbitrary, property));
    }

    private static void Explained(Trial trial, Action property)
    {
        try
        {
            property();
        }
        catch (Exception failure) when (failure is not InvalidOperationException)
        {
            throw new InvalidOperationException($"{failure.Message}\n{trial.Plan.Explain()}", failure);
        }
    }
}
