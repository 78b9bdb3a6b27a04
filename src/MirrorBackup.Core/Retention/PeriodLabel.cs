using System.Globalization;

namespace MirrorBackup.Retention;

/// <summary>The period that an instant falls into, as an ordered number and as the text that the metadata of a backup carries.</summary>
internal static class PeriodLabel
{
    private const int WeeksPerYearKey = 100;

    internal static string Name(RetentionPeriod period) => period switch
    {
        RetentionPeriod.Daily => "daily",
        RetentionPeriod.Weekly => "weekly",
        RetentionPeriod.Monthly => "monthly",
        _ => "yearly",
    };

    /// <summary>
    /// A number that is equal for instants of one period and grows with time. The shift is taken from the fields of the local
    /// clock, not from the instant: a day that begins at 6 does so on days with a change of the clock, too.
    /// </summary>
    internal static int Of(KeepPeriodsRule rule, long timestamp, TimeZoneInfo timeZone)
    {
        var clamped = Math.Clamp(timestamp, -62135596800000 + 400L * 86400000, 253402300799999 - 400L * 86400000);
        var local = TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(clamped), timeZone).DateTime;
        local = rule.Period == RetentionPeriod.Daily ? local.AddHours(-rule.Shift) : local.AddDays(-rule.Shift);
        return rule.Period switch
        {
            RetentionPeriod.Daily => (local.Year * 10000) + (local.Month * 100) + local.Day,
            RetentionPeriod.Weekly => WeekOf(local),
            RetentionPeriod.Monthly => (local.Year * 100) + local.Month,
            _ => local.Year,
        };
    }

    /// <summary>The label as Xen Orchestra writes it: <c>2025-01-12</c>, <c>2025-03</c> (week), <c>2025-01</c> (month), <c>2025</c>.</summary>
    internal static string Text(RetentionPeriod period, int label) => period switch
    {
        RetentionPeriod.Daily => string.Create(CultureInfo.InvariantCulture, $"{label / 10000:0000}-{label / 100 % 100:00}-{label % 100:00}"),
        RetentionPeriod.Weekly or RetentionPeriod.Monthly => string.Create(CultureInfo.InvariantCulture, $"{label / 100:0000}-{label % 100:00}"),
        _ => label.ToString("0000", CultureInfo.InvariantCulture),
    };

    /// <summary>A week belongs to the year of its Saturday: the week with 1 January is the first one.</summary>
    private static int WeekOf(DateTime local)
    {
        var saturday = local.AddDays(DayOfWeek.Saturday - local.DayOfWeek);
        return (saturday.Year * WeeksPerYearKey) + ((saturday.DayOfYear - 1) / 7) + 1;
    }
}
