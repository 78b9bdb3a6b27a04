using System.Diagnostics;

namespace MirrorBackup.Fuzzing.Engine;

/// <summary>Fuzzes by command: for a time, with one input of a seed, or with a file.</summary>
internal static class CommandRun
{
    private const int MaximumFailuresPerTarget = 5;

    /// <summary>Runs a command line.</summary>
    /// <returns>0 without a failure, 1 with one, 2 if the command line cannot be understood.</returns>
    public static async Task<int> RunAsync(string[] args, IReadOnlyList<FuzzTarget> all, TextWriter output)
    {
        if (args.Contains("--list-targets"))
        {
            await output.WriteLineAsync(string.Join(Environment.NewLine, all.Select(static target => target.Name)));
            return 0;
        }

        try
        {
            var arguments = FuzzArguments.Parse(args);
            var targets = arguments.Targets.Length == 0 ? all : [.. arguments.Targets.Select(name => Find(all, name))];
            var failures = 0;
            foreach (var target in targets)
            {
                failures += await RunAsync(target, arguments, arguments.Duration / targets.Count, output);
            }

            await output.WriteLineAsync($"{failures} failures");
            return failures == 0 ? 0 : 1;
        }
        catch (Exception wrong) when (wrong is FormatException or OverflowException or IOException)
        {
            await output.WriteLineAsync($"{wrong.Message} {FuzzArguments.Usage}");
            return 2;
        }
    }

    private static FuzzTarget Find(IReadOnlyList<FuzzTarget> all, string name) =>
        all.FirstOrDefault(target => target.Name == name) ?? throw new FormatException($"\"{name}\" is not a target.");

    private static async Task<int> RunAsync(FuzzTarget target, FuzzArguments arguments, TimeSpan duration, TextWriter output)
    {
        var fuzzer = new Fuzzer(target, arguments.Seed);
        if (arguments.Replay is { } file)
        {
            return await ReportAsync(await fuzzer.TryAsync(await File.ReadAllBytesAsync(file), -1, default), target, arguments, output);
        }

        if (arguments.Iteration is { } only)
        {
            return await ReportAsync(await fuzzer.TryAsync(only, default), target, arguments, output);
        }

        var failures = 0;
        var iteration = 0L;
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < duration && failures < MaximumFailuresPerTarget; iteration++)
        {
            failures += await ReportAsync(await fuzzer.TryAsync(iteration, default), target, arguments, output);
        }

        await output.WriteLineAsync($"{target.Name}: {iteration} inputs of the seed {arguments.Seed}, {failures} failures");
        return failures;
    }

    private static async Task<int> ReportAsync(FuzzFailure? failure, FuzzTarget target, FuzzArguments arguments, TextWriter output)
    {
        if (failure is null)
        {
            return 0;
        }

        var file = await FailureFiles.WriteAsync(arguments.Output, target, arguments.Seed, failure);
        await output.WriteLineAsync(FailureFiles.Describe(target, arguments.Seed, failure, file));
        return 1;
    }
}
