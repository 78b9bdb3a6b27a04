namespace MirrorBackup.Cli;

/// <summary>What the process returns.</summary>
internal static class ExitCode
{
    /// <summary>Fine.</summary>
    public const int Success = 0;

    /// <summary>Failed, or problems were found.</summary>
    public const int Failure = 1;

    /// <summary>The command line was wrong; nothing was done.</summary>
    public const int Usage = 2;
}
