using System.Collections.Immutable;

namespace MirrorBackup.Retention;

/// <summary>
/// How many points stay: the newest n, and the oldest of each of the newest days, weeks, months and years. Immutable; each method
/// returns a new policy: <c>RetentionPolicy.KeepLast(30).Monthly(12).In(timeZone)</c>.
/// </summary>
/// <remarks>
/// The rules are those of Xen Orchestra's long-term retention, but the policy is applied to the set that includes the new point,
/// so that <c>Daily(7)</c> keeps seven days and not eight.
/// </remarks>
public sealed record RetentionPolicy
{
    private RetentionPolicy(ImmutableArray<RetentionRule> rules, TimeZoneInfo? timeZone)
    {
        Rules = rules;
        TimeZone = timeZone;
    }

    /// <summary>The rules; the first is always a <see cref="KeepLastRule"/>.</summary>
    public ImmutableArray<RetentionRule> Rules { get; }

    /// <summary>Whose clock cuts time into days, weeks, months and years; <see langword="null"/> where no rule asks.</summary>
    public TimeZoneInfo? TimeZone { get; }

    /// <summary>How many of the newest points stay.</summary>
    public int Last => Rules[0].Count;

    /// <summary>A policy that keeps the newest points.</summary>
    /// <param name="count">How many; at least 1.</param>
    /// <returns>The policy.</returns>
    /// <exception cref="MirrorBackupException"><paramref name="count"/> is less than 1 (<see cref="ErrorCodes.InvalidRequest"/>).</exception>
    public static RetentionPolicy KeepLast(int count) => new([new KeepLastRule(Checked(count, "retention"))], null);

    /// <summary>Also keeps the oldest point of each of the newest days that have one.</summary>
    /// <param name="count">How many days; at least 1.</param>
    /// <param name="firstHourOfTheDay">At what hour a day begins, 0 to 23.</param>
    /// <returns>The policy with this rule, in place of an earlier one for days.</returns>
    /// <exception cref="MirrorBackupException">A number is out of range (<see cref="ErrorCodes.InvalidRequest"/>).</exception>
    public RetentionPolicy Daily(int count, int firstHourOfTheDay = 0) =>
        With(RetentionPeriod.Daily, count, firstHourOfTheDay, 23, nameof(firstHourOfTheDay));

    /// <summary>Also keeps the oldest point of each of the newest weeks that have one.</summary>
    /// <param name="count">How many weeks; at least 1.</param>
    /// <param name="firstDayOfWeek">On what day a week begins, 0 (Sunday) to 6.</param>
    /// <returns>The policy with this rule, in place of an earlier one for weeks.</returns>
    /// <exception cref="MirrorBackupException">A number is out of range (<see cref="ErrorCodes.InvalidRequest"/>).</exception>
    public RetentionPolicy Weekly(int count, int firstDayOfWeek = 0) =>
        With(RetentionPeriod.Weekly, count, firstDayOfWeek, 6, nameof(firstDayOfWeek));

    /// <summary>Also keeps the oldest point of each of the newest months that have one.</summary>
    /// <param name="count">How many months; at least 1.</param>
    /// <param name="firstDayOfMonth">How many days after the first a month begins, 0 to 31.</param>
    /// <returns>The policy with this rule, in place of an earlier one for months.</returns>
    /// <exception cref="MirrorBackupException">A number is out of range (<see cref="ErrorCodes.InvalidRequest"/>).</exception>
    public RetentionPolicy Monthly(int count, int firstDayOfMonth = 0) =>
        With(RetentionPeriod.Monthly, count, firstDayOfMonth, 31, nameof(firstDayOfMonth));

    /// <summary>Also keeps the oldest point of each of the newest years that have one.</summary>
    /// <param name="count">How many years; at least 1.</param>
    /// <param name="firstDayOfYear">How many days after the first of January a year begins, 0 to 366.</param>
    /// <returns>The policy with this rule, in place of an earlier one for years.</returns>
    /// <exception cref="MirrorBackupException">A number is out of range (<see cref="ErrorCodes.InvalidRequest"/>).</exception>
    public RetentionPolicy Yearly(int count, int firstDayOfYear = 0) =>
        With(RetentionPeriod.Yearly, count, firstDayOfYear, 366, nameof(firstDayOfYear));

    /// <summary>Cuts time by the clock of a time zone; needed by every rule but the first.</summary>
    /// <param name="timeZone">The time zone.</param>
    /// <returns>The policy in this time zone.</returns>
    public RetentionPolicy In(TimeZoneInfo timeZone)
    {
        ArgumentNullException.ThrowIfNull(timeZone);
        return new RetentionPolicy(Rules, timeZone);
    }

    /// <summary>Refuses a policy with long-term rules and no time zone.</summary>
    /// <exception cref="MirrorBackupException">The time zone is missing (<see cref="ErrorCodes.InvalidRequest"/>).</exception>
    public void EnsureValid()
    {
        if (Rules.Length > 1 && TimeZone is null)
        {
            throw Invalid($"timeZone: found none; expected one, because the retention has the rule \"{Rules[1]}\" and a {PeriodNoun()} begins by the clock of a time zone.");
        }
    }

    /// <summary>Says of each point of a set whether it stays, and why. Equal instants are no error.</summary>
    /// <param name="timestamps">The instants in ms, in any order.</param>
    /// <returns>One verdict per instant, in the order of <paramref name="timestamps"/>.</returns>
    /// <exception cref="MirrorBackupException">The policy is not valid (<see cref="EnsureValid"/>).</exception>
    public ImmutableArray<RetentionVerdict> Decide(IEnumerable<long> timestamps)
    {
        ArgumentNullException.ThrowIfNull(timestamps);
        return RetentionDecision.Of(this, timestamps);
    }

    /// <summary>The labels that a new point carries in its metadata, such as <c>daily=2025-01-12</c>: those of the periods whose oldest point it is.</summary>
    /// <param name="existing">The instants, in ms, of the points that its schedule already has.</param>
    /// <param name="added">The instant of the new point.</param>
    /// <returns>The labels, from days to years; empty without long-term rules.</returns>
    /// <exception cref="MirrorBackupException">The policy is not valid (<see cref="EnsureValid"/>).</exception>
    public ImmutableArray<string> TagsOf(IEnumerable<long> existing, long added)
    {
        ArgumentNullException.ThrowIfNull(existing);
        return RetentionDecision.Tags(this, existing, added);
    }

    /// <summary>Whether two policies have the same rules in the same time zone.</summary>
    /// <param name="other">The other policy.</param>
    /// <returns>Whether they are equal.</returns>
    public bool Equals(RetentionPolicy? other) =>
        other is not null && TimeZone?.Id == other.TimeZone?.Id && Rules.SequenceEqual(other.Rules);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(TimeZone?.Id, Rules.Length, Last);

    /// <summary>The policy in words: <c>last 30, monthly 12 (Europe/Paris)</c>.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => string.Join(", ", Rules) + (TimeZone is null ? "" : $" ({TimeZone.Id})");

    private RetentionPolicy With(RetentionPeriod period, int count, int shift, int maxShift, string shiftName)
    {
        if (shift < 0 || shift > maxShift)
        {
            throw Invalid($"{shiftName}: found {shift}; expected 0 to {maxShift}.");
        }

        var rule = new KeepPeriodsRule(period, Checked(count, PeriodLabel.Name(period)), shift);
        var others = Rules.Where(existing => existing is not KeepPeriodsRule periods || periods.Period != period);
        return new RetentionPolicy(
            [.. others.Append(rule).OrderBy(existing => existing is KeepPeriodsRule periods ? (int)periods.Period : -1)], TimeZone);
    }

    private string PeriodNoun() => ((KeepPeriodsRule)Rules[1]).Period switch
    {
        RetentionPeriod.Daily => "day",
        RetentionPeriod.Weekly => "week",
        RetentionPeriod.Monthly => "month",
        _ => "year",
    };

    private static int Checked(int count, string field) => count >= 1
        ? count
        : throw Invalid($"{field}: found {count}; expected a number of at least 1.");

    private static MirrorBackupException Invalid(string message) => new(ErrorCodes.InvalidRequest, message);
}
