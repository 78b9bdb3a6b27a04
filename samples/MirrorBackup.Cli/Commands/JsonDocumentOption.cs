using System.CommandLine;

namespace MirrorBackup.Cli.Commands;

/// <summary>The option <c>--json</c>, the same for every command that has it.</summary>
internal static class JsonDocumentOption
{
    /// <summary>Makes it.</summary>
    public static Option<bool> Create() => new("--json")
    {
        Description = "Write one JSON document to standard output, and nothing else there.",
    };
}
