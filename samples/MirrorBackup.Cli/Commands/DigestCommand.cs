using System.CommandLine;
using System.Text.Json;
using MirrorBackup.Backups;
using MirrorBackup.Repositories;

namespace MirrorBackup.Cli.Commands;

/// <summary><c>digest</c>: the SHA-256 of every disk at every restore point, and of every archive.</summary>
internal sealed class DigestCommand
{
    private readonly Argument<string> _url = RepositoryAccess.UrlArgument();
    private readonly Option<bool> _json = JsonDocumentOption.Create();
    private readonly Terminal _terminal;

    private DigestCommand(Terminal terminal) => _terminal = terminal;

    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var digest = new DigestCommand(terminal);
        var command = new Command("digest", "Compute the SHA-256 of every disk at every restore point, and of every archive.") { digest._url, digest._json };
        command.SetAction(digest.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var json = parsed.GetValue(_json);
        await using var access = await RepositoryAccess.OpenAsync(parsed.GetRequiredValue(_url), cancellationToken);
        var digests = new List<PointDigest>();
        await foreach (var digest in RepositoryDigest.ComputeAsync(access.Repository, cancellationToken: cancellationToken))
        {
            digests.Add(digest);
            if (digest.Error is not null)
            {
                await _terminal.Error.WriteLineAsync($"{digest.Vm}/{digest.Path}: {digest.Error}");
            }
            else if (!json)
            {
                await _terminal.Output.WriteLineAsync($"{digest.Sha256}  {digest.Vm}/{digest.Path}");
            }
        }

        if (json)
        {
            await JsonOutput.WriteAsync(_terminal.Output, writer => Write(writer, digests));
        }

        return digests.TrueForAll(digest => digest.Error is null) ? ExitCode.Success : ExitCode.Failure;
    }

    private static void Write(Utf8JsonWriter writer, List<PointDigest> digests)
    {
        writer.WriteStartArray();
        foreach (var digest in digests)
        {
            writer.WriteStartObject();
            writer.WriteString("vm", digest.Vm);
            writer.WriteNumber("timestamp", digest.Timestamp);
            writer.WriteString("mode", digest.Mode == BackupMode.Full ? "full" : "incremental");
            writer.WriteString("disk", digest.Disk);
            writer.WriteNumber("virtualSize", digest.VirtualSize);
            writer.WriteString("sha256", digest.Sha256);
            if (digest.Error is not null)
            {
                writer.WriteString("error", digest.Error);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
