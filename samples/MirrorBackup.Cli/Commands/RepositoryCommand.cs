using System.CommandLine;
using MirrorBackup.Repositories;

namespace MirrorBackup.Cli.Commands;

/// <summary>What the commands that read one repository, and print what they find as text or JSON, have in common.</summary>
internal static class RepositoryCommand
{
    /// <summary>Makes such a command.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="description">What <c>--help</c> says of it.</param>
    /// <param name="run">Is given the open repository and whether JSON is wanted; returns the exit code.</param>
    public static Command Create(string name, string description, Func<BackupRepository, bool, CancellationToken, Task<int>> run)
    {
        var url = RepositoryAccess.UrlArgument();
        var json = JsonDocumentOption.Create();
        var command = new Command(name, description) { url, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var access = await RepositoryAccess.OpenAsync(parsed.GetRequiredValue(url), cancellationToken);
            return await run(access.Repository, parsed.GetValue(json), cancellationToken);
        });
        return command;
    }
}
