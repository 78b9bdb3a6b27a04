using System.CommandLine;
using MirrorBackup.Backups;

namespace MirrorBackup.Cli.Commands;

/// <summary>The option <c>--mode</c>, the same for every command that has it.</summary>
internal static class ModeOption
{
    /// <summary>Makes it.</summary>
    /// <param name="required">Whether it must be given.</param>
    public static Option<BackupMode?> Create(bool required)
    {
        var option = new Option<BackupMode?>("--mode")
        {
            Description = "full: archives (XVA); incremental: disk chains (VHD).",
            HelpName = "full|incremental",
            Required = required,
            CustomParser = result => result.Tokens[0].Value switch
            {
                "full" => BackupMode.Full,
                "incremental" => BackupMode.Incremental,
                var other => Refuse(other, result.AddError),
            },
        };
        return option;
    }

    private static BackupMode? Refuse(string found, Action<string> addError)
    {
        addError($"--mode: found \"{found}\"; expected full or incremental.");
        return null;
    }
}
