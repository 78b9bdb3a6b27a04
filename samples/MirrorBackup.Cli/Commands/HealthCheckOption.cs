using System.CommandLine;
using System.CommandLine.Parsing;
using MirrorBackup.Transfer;

namespace MirrorBackup.Cli.Commands;

/// <summary>The option <c>--health-check</c>, with or without an algorithm.</summary>
internal sealed class HealthCheckOption
{
    private const string Fast = "xxhash128";
    private const string Strong = "sha256";

    private readonly Option<string?> _option = new("--health-check")
    {
        Description = $"Read the last restore point that was sent back from each destination, and compare its digest, before anything is retired; --health-check={Strong} with SHA-256 instead of XxHash128.",
        HelpName = $"{Fast}|{Strong}",
        Arity = ArgumentArity.ZeroOrOne,
    };

    /// <summary>Adds the option to a command.</summary>
    public void AddTo(Command command)
    {
        _option.Validators.Add(static result =>
        {
            if (result.Tokens is [{ Value: not (Fast or Strong) and var found }, ..])
            {
                result.AddError($"--health-check: found \"{found}\"; expected nothing, {Fast}, or {Strong}.");
            }
        });
        command.Add(_option);
    }

    /// <summary>What is compared; <see langword="null"/> if nothing is read back.</summary>
    public DigestAlgorithm? Read(ParseResult parsed) =>
        parsed.GetResult(_option) is null ? null : parsed.GetValue(_option) == Strong ? DigestAlgorithm.Sha256 : DigestAlgorithm.XxHash128;
}
