using System.CommandLine;
using System.Text.Json;
using MirrorBackup.Backups;
using MirrorBackup.Repositories;

namespace MirrorBackup.Cli.Commands;

/// <summary><c>digest</c>: the SHA-256 of every disk at every restore point, and of every archive.</summary>
internal static class DigestCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal) => RepositoryCommand.Create(
        "digest",
        "Compute the SHA-256 of every disk at every restore point, and of every archive.",
        async (repository, json, cancellationToken) =>
        {
            var digests = new List<PointDigest>();
            await foreach (var digest in RepositoryDigest.ComputeAsync(repository, cancellationToken: cancellationToken))
            {
                digests.Add(digest);
                await ShowAsync(terminal, digest, json);
            }

            if (json)
            {
                await JsonOutput.WriteAsync(terminal.Output, writer => Write(writer, digests));
            }

            return digests.TrueForAll(digest => digest.Error is null) ? ExitCode.Success : ExitCode.Failure;
        });

    private static async Task ShowAsync(Terminal terminal, PointDigest digest, bool json)
    {
        if (digest.Error is not null)
        {
            await terminal.Error.WriteLineAsync($"{digest.Vm}/{digest.Path}: {digest.Error}");
        }
        else if (!json)
        {
            await terminal.Output.WriteLineAsync($"{digest.Sha256}  {digest.Vm}/{digest.Path}");
        }
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
