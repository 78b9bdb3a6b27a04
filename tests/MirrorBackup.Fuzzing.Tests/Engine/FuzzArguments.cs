using System.Globalization;

namespace MirrorBackup.Fuzzing.Engine;

/// <summary>The options of a run by command.</summary>
/// <param name="Targets">The names of targets; empty for all.</param>
/// <param name="Duration">How long, shared by the targets.</param>
/// <param name="Seed">Which inputs.</param>
/// <param name="Iteration">Only this input of the seed; <see langword="null"/> for as many as there is time for.</param>
/// <param name="Replay">A file that holds the only input; <see langword="null"/> without one.</param>
/// <param name="Output">The folder that receives failing inputs.</param>
internal sealed record FuzzArguments(string[] Targets, TimeSpan Duration, ulong Seed, long? Iteration, string? Replay, string Output)
{
    /// <summary>The options, for whoever asks.</summary>
    public const string Usage =
        "--target NAME[,NAME…]|all  --minutes N (10)  --seed N (the time)  --iteration N  --replay FILE  --output FOLDER (fuzz-failures); --list-targets lists the targets";

    /// <summary>Whether a command line is about fuzzing and not about tests.</summary>
    public static bool IsFuzzing(string[] args) => args.Any(static word => word is "--target" or "--replay" or "--list-targets");

    /// <summary>Reads a command line.</summary>
    /// <exception cref="FormatException">It cannot be understood.</exception>
    public static FuzzArguments Parse(string[] args)
    {
        var result = new FuzzArguments([], TimeSpan.FromMinutes(10), (ulong)DateTime.UtcNow.Ticks, null, null, "fuzz-failures");
        for (var i = 0; i < args.Length; i += 2)
        {
            var value = i + 1 < args.Length ? args[i + 1] : throw new FormatException($"{args[i]} has no value.");
            result = args[i] switch
            {
                "--target" => result with { Targets = value == "all" ? [] : value.Split(',') },
                "--minutes" => result with { Duration = TimeSpan.FromMinutes(double.Parse(value, CultureInfo.InvariantCulture)) },
                "--seed" => result with { Seed = ulong.Parse(value, CultureInfo.InvariantCulture) },
                "--iteration" => result with { Iteration = long.Parse(value, CultureInfo.InvariantCulture) },
                "--replay" => result with { Replay = value },
                "--output" => result with { Output = value },
                var other => throw new FormatException($"{other} is not an option."),
            };
        }

        return result;
    }
}
