using System.Globalization;

namespace MirrorBackup.Simulation.Tests.World;

/// <summary>How thorough a run of the tests is: everything takes hours, so that the usual run takes a part, and always the same.</summary>
internal static class Budget
{
    /// <summary>Of how many faults one is tried; <c>MIRRORBACKUP_SIMULATION_STRIDE=1</c> for all.</summary>
    public static int Stride { get; } = Read("MIRRORBACKUP_SIMULATION_STRIDE", 5);

    /// <summary>How many shuffled outcomes each crash has; <c>MIRRORBACKUP_SIMULATION_SHUFFLES</c>.</summary>
    public static int Shuffles { get; } = Read("MIRRORBACKUP_SIMULATION_SHUFFLES", 2);

    /// <summary>The only settings whose crashes are enumerated, as in <c>doc-delta 4;ret-1 2</c>; <c>MIRRORBACKUP_SIMULATION_SETTINGS</c>, all by default.</summary>
    private static readonly string[]? s_settings = Environment.GetEnvironmentVariable("MIRRORBACKUP_SIMULATION_SETTINGS")?.Split(';', StringSplitOptions.TrimEntries);

    /// <summary>Whether a setting is to be run.</summary>
    public static bool Includes(string scenario, int step) => s_settings is null || s_settings.Contains(string.Create(CultureInfo.InvariantCulture, $"{scenario} {step}"));

    private static int Read(string variable, int usual) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value > 0 ? value : usual;
}
