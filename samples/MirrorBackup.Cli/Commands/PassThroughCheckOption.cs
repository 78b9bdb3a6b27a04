using System.CommandLine;
using MirrorBackup.Mirroring;

namespace MirrorBackup.Cli.Commands;

/// <summary>The option <c>--pass-through-check</c>.</summary>
internal static class PassThroughCheckOption
{
    private const string Values = "unauthenticated|always|never";

    /// <summary>Makes it.</summary>
    public static Option<PassThroughCheck> Create() => new("--pass-through-check")
    {
        Description = "What is looked into of what is sent as it is stored: what no authentication tag vouches for (the default), everything, or nothing; with nothing, the kernel copies between local directories.",
        HelpName = Values,
        DefaultValueFactory = _ => PassThroughCheck.Unauthenticated,
        CustomParser = result => result.Tokens[0].Value switch
        {
            "unauthenticated" => PassThroughCheck.Unauthenticated,
            "always" => PassThroughCheck.Always,
            "never" => PassThroughCheck.Never,
            var other => Refuse(other, result.AddError),
        },
    };

    private static PassThroughCheck Refuse(string found, Action<string> addError)
    {
        addError($"--pass-through-check: found \"{found}\"; expected {Values.Replace("|", ", ", StringComparison.Ordinal)}.");
        return default;
    }
}
