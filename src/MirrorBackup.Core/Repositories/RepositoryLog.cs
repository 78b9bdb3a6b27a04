using Microsoft.Extensions.Logging;

namespace MirrorBackup.Repositories;

/// <summary>The messages of this room.</summary>
internal static partial class RepositoryLog
{
    [LoggerMessage(EventId = 4001, Level = LogLevel.Debug, Message = "{Remote}: VM {Vm} has {Points} restore points and {Problems} problems (metadata from the cache: {IsFromCache})")]
    public static partial void Loaded(this ILogger logger, string remote, string vm, int points, int problems, bool isFromCache);

    [LoggerMessage(EventId = 4002, Level = LogLevel.Warning, Message = "{Remote}: {Path} of VM {Vm}: {Problem}")]
    public static partial void Problem(this ILogger logger, string remote, string vm, string path, string problem);

    [LoggerMessage(EventId = 4003, Level = LogLevel.Information, Message = "{Remote}: cleaning of VM {Vm} has {Findings} findings, of which {Left} are left")]
    public static partial void Cleaned(this ILogger logger, string remote, string vm, int findings, int left);
}
