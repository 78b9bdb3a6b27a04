using System.CommandLine;
using System.Globalization;
using MirrorBackup.Retention;

namespace MirrorBackup.Cli.Commands;

/// <summary>The options that say how many restore points stay, the same for every command that needs them.</summary>
internal sealed class RetentionOptions
{
    private readonly Option<int> _last = new("--retention")
    {
        Description = "How many of the newest restore points stay.",
        HelpName = "n",
        Required = true,
    };

    private readonly Option<string?> _longTerm = new("--long-term")
    {
        Description = "Restore points that stay longer, such as daily=7,weekly=4,monthly=12,yearly=3; needs --time-zone.",
        HelpName = "rules",
    };

    private readonly Option<string?> _timeZone = new("--time-zone")
    {
        Description = "The time zone in which days, weeks, months and years begin, such as Europe/Paris.",
        HelpName = "zone",
    };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(_last);
        command.Add(_longTerm);
        command.Add(_timeZone);
    }

    /// <summary>Reads the policy.</summary>
    /// <exception cref="UsageException">The options contradict themselves.</exception>
    public RetentionPolicy Read(ParseResult parsed)
    {
        try
        {
            var policy = RetentionPolicy.KeepLast(parsed.GetValue(_last));
            foreach (var rule in parsed.GetValue(_longTerm)?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [])
            {
                policy = Add(policy, rule);
            }

            policy = parsed.GetValue(_timeZone) is { } zone ? policy.In(TimeZoneInfo.FindSystemTimeZoneById(zone)) : policy;
            policy.EnsureValid();
            return policy;
        }
        catch (Exception error) when (error is MirrorBackupException or TimeZoneNotFoundException or InvalidTimeZoneException)
        {
            throw new UsageException(error.Message);
        }
    }

    private static RetentionPolicy Add(RetentionPolicy policy, string rule)
    {
        var parts = rule.Split('=');
        if (parts.Length != 2 || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            throw new UsageException($"--long-term: found \"{rule}\"; expected a rule such as daily=7.");
        }

        return parts[0] switch
        {
            "daily" => policy.Daily(count),
            "weekly" => policy.Weekly(count),
            "monthly" => policy.Monthly(count),
            "yearly" => policy.Yearly(count),
            _ => throw new UsageException($"--long-term: found \"{parts[0]}\"; expected daily, weekly, monthly or yearly."),
        };
    }
}
