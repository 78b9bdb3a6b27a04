using System.Reflection;

namespace MirrorBackup.Fuzzing.Engine;

/// <summary>Decides whether an exception is one that a user can act upon.</summary>
internal static class ErrorOracle
{
    // Whatever an input holds, a message stays something that fits a line of a log.
    private const int MaximumMessageLength = 4096;

    private static readonly HashSet<string> s_codes =
        [.. typeof(ErrorCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(static field => (string)field.GetRawConstantValue()!)];

    /// <summary>Judges an exception.</summary>
    /// <returns>What is wrong with it; <see langword="null"/> if nothing is.</returns>
    public static string? Judge(Exception exception, FuzzTarget target) => exception switch
    {
        not MirrorBackupException => exception.ToString(),
        MirrorBackupException { Message.Length: 0 or > MaximumMessageLength } => $"a message of {exception.Message.Length} characters: {exception.GetType().Name}: {exception.Message[..Math.Min(200, exception.Message.Length)]}",
        MirrorBackupException { Code: var code } when !s_codes.Contains(code) => $"the code {code} is not known: {exception}",
        MirrorBackupException { Path.Length: > 0 } => null,
        _ when target.Names.Any(name => exception.Message.Contains(name, StringComparison.Ordinal)) => null,
        _ => $"the message names no file or field: {exception}",
    };
}
