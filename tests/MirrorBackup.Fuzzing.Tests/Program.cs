using MirrorBackup.Fuzzing.Engine;
using MirrorBackup.Fuzzing.Targets;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace MirrorBackup.Fuzzing;

/// <summary>With an option of <see cref="FuzzArguments"/> a run by command, otherwise the tests.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        if (FuzzArguments.IsFuzzing(args))
        {
            return await CommandRun.RunAsync(args, FuzzTargets.All, Console.Out);
        }

        return args.Any(static argument => argument is "-automated" or "@@")
            ? await ConsoleRunner.Run(args)
            : await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions);
    }
}
