using System.ComponentModel;
using System.Diagnostics;

namespace MirrorBackup.Golden;

/// <summary>
/// Programs of others that judge what the library reads and writes. One that is missing makes a test skip on a developer's machine, and fail where
/// <c>CI=true</c> or <c>MIRRORBACKUP_REQUIRE_TOOLS=1</c>.
/// </summary>
public static class ExternalTool
{
    private static bool IsRequired =>
        Environment.GetEnvironmentVariable("CI") == "true" || Environment.GetEnvironmentVariable("MIRRORBACKUP_REQUIRE_TOOLS") == "1";

    /// <summary>Whether a program is there.</summary>
    /// <param name="program">Its name, looked up in the PATH.</param>
    /// <returns>True if it is.</returns>
    /// <exception cref="InvalidOperationException">It is missing where it is required.</exception>
    public static bool IsInstalled(string program)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        if (folders.Any(folder => File.Exists(Path.Combine(folder, program))))
        {
            return true;
        }

        return IsRequired ? throw new InvalidOperationException($"{program} is not installed, and this run requires it.") : false;
    }

    /// <summary>Runs a program to its end.</summary>
    /// <param name="program">Its name.</param>
    /// <param name="arguments">Passed as they are.</param>
    /// <param name="folder">The working directory.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What it wrote to standard output.</returns>
    /// <exception cref="InvalidOperationException">It failed; the message holds what it wrote.</exception>
    public static async Task<string> RunAsync(string program, IEnumerable<string> arguments, string folder, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start) ?? throw new Win32Exception($"{program} did not start.");
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var error = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            return process.ExitCode == 0
                ? await output.ConfigureAwait(false)
                : throw new InvalidOperationException(
                    $"{program} {string.Join(' ', start.ArgumentList)}: exit code {process.ExitCode}. {await error.ConfigureAwait(false)} {await output.ConfigureAwait(false)}");
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
    }
}
