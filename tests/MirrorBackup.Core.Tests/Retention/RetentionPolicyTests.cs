using System.Globalization;
using MirrorBackup.Retention;

namespace MirrorBackup.Tests.Retention;

/// <summary>The rows of <c>formats/repository.md</c> §7.3: given sets and what the real function keeps of them.</summary>
public sealed class RetentionPolicyTests
{
    private static readonly TimeZoneInfo Paris = TimeZoneInfo.FindSystemTimeZoneById("Europe/Paris");

    // The rows are about the buckets alone: the real function is then called with a minimum of 0. Ours keeps at least one, so that
    // each set gets a far later point, which the last rule keeps, and each bucket one slot more for it.
    private const string Later = "2031-06-11T12:00";

    public static TheoryData<string, string, string, string> Rows() => new()
    {
        { "daily 3", "UTC", "2025-01-01T01:00 2025-01-02T01:00 2025-01-10T01:00 2025-01-20T01:00", "2025-01-01T01:00" },
        { "daily 5", "UTC", "2025-01-01T01:00 2025-01-01T23:00 2025-01-02T01:00 2025-01-02T23:00", "2025-01-01T23:00 2025-01-02T23:00" },
        { "daily 5", "UTC", "2025-01-01T22:30 2025-01-01T23:30", "2025-01-01T23:30" },
        { "daily 5", "Europe/Paris", "2025-01-01T22:30 2025-01-01T23:30", "" },
        { "weekly 5", "Europe/Paris", "2025-01-04T12:00 2025-01-05T12:00 2025-01-06T12:00", "2025-01-06T12:00" },
        { "weekly 5 yearly 2", "UTC", "2024-12-28T12:00 2024-12-29T12:00 2025-01-01T12:00 2025-01-04T12:00 2025-01-05T12:00", "2025-01-04T12:00" },
        { "daily 5 6", "UTC", "2025-01-02T05:00 2025-01-02T07:00 2025-01-03T05:30", "2025-01-03T05:30" },
        { "weekly 5 shifted 1", "UTC", "2025-01-04T12:00 2025-01-05T12:00 2025-01-06T12:00", "2025-01-05T12:00" },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void Decide_DocumentedRow_RemovesWhatIsDocumented(string rules, string zone, string set, string removed)
    {
        var policy = Policy(rules).In(TimeZoneInfo.FindSystemTimeZoneById(zone));

        var verdicts = policy.Decide([.. Instants(set), .. Instants(Later)]);

        Assert.Equal(Instants(removed), verdicts.Where(verdict => !verdict.IsKept).Select(verdict => verdict.Timestamp));
    }

    [Fact]
    public void Decide_Sixty_KeepsOneLessThanTheRealEngine()
    {
        var policy = RetentionPolicy.KeepLast(1).Daily(7).Weekly(4).Monthly(12).In(TimeZoneInfo.Utc);

        var kept = Simulate(policy, Nights("2025-01-01", 60));

        // The real engine has 13: its policy looks at the set without the new point, so that 02-22 stays a day longer.
        Assert.Equal(
            ["2025-01-01", "2025-02-01", "2025-02-02", "2025-02-09", "2025-02-16", "2025-02-23", "2025-02-24", "2025-02-25", "2025-02-26", "2025-02-27", "2025-02-28", "2025-03-01"],
            kept);
    }

    [Fact]
    public void Decide_ManyYears_KeepsOneLessThanTheRealEngine()
    {
        var policy = RetentionPolicy.KeepLast(7).Daily(7).Weekly(4).Monthly(12).Yearly(3).In(TimeZoneInfo.Utc);

        var kept = Simulate(policy, Nights("2025-01-01", 400));

        Assert.Equal(
            ["2025-01-01", "2025-03-01", "2025-04-01", "2025-05-01", "2025-06-01", "2025-07-01", "2025-08-01", "2025-09-01", "2025-10-01", "2025-11-01", "2025-12-01", "2026-01-01",
             "2026-01-11", "2026-01-18", "2026-01-25", "2026-01-29", "2026-01-30", "2026-01-31", "2026-02-01", "2026-02-02", "2026-02-03", "2026-02-04"],
            kept);
        Assert.Equal(22, kept.Length);
    }

    [Fact]
    public void Decide_DailySeven_KeepsSevenAndNotEight() =>
        Assert.Equal(7, Simulate(RetentionPolicy.KeepLast(1).Daily(7).In(TimeZoneInfo.Utc), Nights("2025-01-01", 30)).Length);

    [Fact]
    public void Decide_OnlyLast_KeepsTheNewestInAnyOrder()
    {
        var verdicts = RetentionPolicy.KeepLast(2).Decide([30, 10, 40, 20]);

        Assert.Equal([true, false, true, false], verdicts.Select(verdict => verdict.IsKept));
        Assert.Equal("one of the last 2", Assert.Single(verdicts[0].Reasons));
        Assert.Equal("no rule keeps it", Assert.Single(verdicts[1].Reasons));
    }

    [Fact]
    public void Decide_EqualTimestamps_AreNoError()
    {
        var verdicts = RetentionPolicy.KeepLast(1).Daily(2).In(Paris).Decide([5, 5, 5]);

        Assert.Equal(2, verdicts.Count(verdict => verdict.IsKept));
    }

    [Fact]
    public void Decide_KeptByTwoRules_GivesBothReasons()
    {
        var verdict = Assert.Single(RetentionPolicy.KeepLast(1).Weekly(2).In(TimeZoneInfo.Utc).Decide(Instants("2025-01-12T01:00")));

        Assert.Equal(["one of the last 1", "weekly 2025-03"], verdict.Reasons);
    }

    [Fact]
    public void TagsOf_Sunday_AreTheBucketsItOpens()
    {
        var policy = RetentionPolicy.KeepLast(1).Daily(7).Weekly(4).Monthly(2).Yearly(1).In(TimeZoneInfo.Utc);

        var tags = policy.TagsOf(Instants("2025-01-06T01:00 2025-01-07T01:00"), Instants("2025-01-12T01:00")[0]);

        Assert.Equal(["daily=2025-01-12", "weekly=2025-03"], tags);
    }

    [Fact]
    public void TagsOf_OlderThanWhatIsThere_IsNoError()
    {
        var policy = RetentionPolicy.KeepLast(1).Daily(7).In(TimeZoneInfo.Utc);

        Assert.Equal(["daily=2025-01-05"], policy.TagsOf(Instants("2025-01-06T01:00"), Instants("2025-01-05T01:00")[0]));
    }

    [Fact]
    public void Decide_ShiftedMonths_BeginAfterSoManyDays()
    {
        // From a run of the real engine: with firstDayOfMonth 15, 15 December still belongs to November.
        var policy = RetentionPolicy.KeepLast(1).Monthly(3, firstDayOfMonth: 15).In(TimeZoneInfo.Utc);

        var verdicts = policy.Decide(Instants("2025-11-17T22:30 2025-12-15T22:30 2025-12-18T22:30 2025-12-23T22:30 " + Later));

        Assert.Equal([true, false, true, false, true], verdicts.Select(verdict => verdict.IsKept));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void KeepLast_LessThanOne_NamesTheField(int count)
    {
        var exception = Assert.Throws<MirrorBackupException>(() => RetentionPolicy.KeepLast(count));

        Assert.Equal(ErrorCodes.InvalidRequest, exception.Code);
        Assert.Equal($"retention: found {count}; expected a number of at least 1.", exception.Message);
    }

    [Fact]
    public void EnsureValid_NoTimeZone_NamesTheField()
    {
        var exception = Assert.Throws<MirrorBackupException>(() => RetentionPolicy.KeepLast(1).Monthly(12).Decide([]));

        Assert.Contains("timeZone", exception.Message, StringComparison.Ordinal);
        Assert.Contains("month", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("daily", 0, 0)]
    [InlineData("firstHourOfTheDay", 1, 24)]
    public void Daily_OutOfRange_NamesTheField(string field, int count, int hour)
    {
        var exception = Assert.Throws<MirrorBackupException>(() => RetentionPolicy.KeepLast(1).Daily(count, hour));

        Assert.StartsWith(field + ":", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Weekly_Twice_ReplacesTheRule()
    {
        var policy = RetentionPolicy.KeepLast(3).Yearly(1).Weekly(9).Weekly(2, firstDayOfWeek: 1).In(Paris);

        Assert.Equal("last 3, weekly 2 shifted by 1 days, yearly 1 (Europe/Paris)", policy.ToString());
        Assert.Equal(policy, RetentionPolicy.KeepLast(3).In(Paris).Weekly(2, 1).Yearly(1));
    }

    private static string[] Simulate(RetentionPolicy policy, IEnumerable<long> nights)
    {
        var present = new List<long>();
        foreach (var night in nights)
        {
            present.Add(night);
            present = [.. policy.Decide(present).Where(verdict => verdict.IsKept).Select(verdict => verdict.Timestamp)];
        }

        return [.. present.Select(instant => DateTimeOffset.FromUnixTimeMilliseconds(instant).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture))];
    }

    private static IEnumerable<long> Nights(string first, int count)
    {
        var start = DateTimeOffset.Parse(first + "T01:00Z", CultureInfo.InvariantCulture);
        return Enumerable.Range(0, count).Select(day => start.AddDays(day).ToUnixTimeMilliseconds());
    }

    private static long[] Instants(string text) =>
        [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(part => DateTimeOffset.Parse(part + "Z", CultureInfo.InvariantCulture).ToUnixTimeMilliseconds())];

    private static RetentionPolicy Policy(string rules) => rules switch
    {
        "daily 3" => RetentionPolicy.KeepLast(1).Daily(4),
        "daily 5" => RetentionPolicy.KeepLast(1).Daily(6),
        "weekly 5" => RetentionPolicy.KeepLast(1).Weekly(6),
        "weekly 5 yearly 2" => RetentionPolicy.KeepLast(1).Weekly(6).Yearly(3),
        "daily 5 6" => RetentionPolicy.KeepLast(1).Daily(6, firstHourOfTheDay: 6),
        "weekly 5 shifted 1" => RetentionPolicy.KeepLast(1).Weekly(6, firstDayOfWeek: 1),
        _ => throw new ArgumentOutOfRangeException(nameof(rules), rules, "unknown"),
    };
}
