using System.Diagnostics;

namespace MirrorBackup.Cli.Tests;

public sealed class ProgramTests
{
    [Theory]
    [InlineData(0, "--help")]
    [InlineData(1, "list", "file:///there/is/no/such/folder")]
    [InlineData(2, "list")]
    public async Task Program_AsAProcess_ReturnsTheExitCode(int expected, params string[] args)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } path && Path.GetFileName(path).StartsWith("dotnet", StringComparison.Ordinal) ? path : "dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(typeof(CommandLine).Assembly.Location);
        Array.ForEach(args, start.ArgumentList.Add);

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(expected, process.ExitCode);
        Assert.Equal(expected == 0, (await output).Length > 0);
        Assert.Equal(expected != 0, (await error).Length > 0);
    }
}
