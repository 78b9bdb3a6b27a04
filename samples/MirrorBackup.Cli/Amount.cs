using System.Globalization;

namespace MirrorBackup.Cli;

/// <summary>Amounts for people.</summary>
internal static class Amount
{
    private static readonly string[] s_units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

    /// <summary>Bytes in the largest unit that leaves at least 1, such as <c>2.5 GiB</c>.</summary>
    public static string OfBytes(long bytes)
    {
        var unit = 0;
        double amount = bytes;
        while (amount >= 1024 && unit < s_units.Length - 1)
        {
            amount /= 1024;
            unit++;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{amount:0.#} {s_units[unit]}");
    }

    /// <summary>An age in its largest whole unit, such as <c>3 d</c>.</summary>
    /// <param name="milliseconds">How long ago.</param>
    public static string OfAge(long milliseconds)
    {
        var (amount, unit) = (milliseconds / 1000) switch
        {
            < 0 => (0L, "in the future"),
            < 60 and var seconds => (seconds, "s"),
            < 3600 and var seconds => (seconds / 60, "min"),
            < 86400 and var seconds => (seconds / 3600, "h"),
            var seconds => (seconds / 86400, "d"),
        };
        return milliseconds < 0 ? unit : $"{amount.ToString(CultureInfo.InvariantCulture)} {unit}";
    }
}
