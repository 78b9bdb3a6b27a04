namespace MirrorBackup.Retention;

/// <summary>Keeps the oldest point of each of the newest periods that have one; a period without points uses none up.</summary>
public sealed record KeepPeriodsRule : RetentionRule
{
    internal KeepPeriodsRule(RetentionPeriod period, int count, int shift)
        : base(count)
    {
        Period = period;
        Shift = shift;
    }

    /// <summary>The length of the periods.</summary>
    public RetentionPeriod Period { get; }

    /// <summary>How much later than by the calendar a period begins: hours for <see cref="RetentionPeriod.Daily"/>, days for the others.</summary>
    public int Shift { get; }

    /// <inheritdoc/>
    public override string ToString() =>
        $"{PeriodLabel.Name(Period)} {Count}" + (Shift == 0 ? "" : $" shifted by {Shift} {(Period == RetentionPeriod.Daily ? "h" : "days")}");

    internal override IRuleTally Start(TimeZoneInfo? timeZone, int capacity) => new PeriodTally(this, timeZone ?? TimeZoneInfo.Utc);
}
