using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace MirrorBackup.Repositories;

/// <summary>How a repository is read.</summary>
public sealed record BackupRepositoryOptions
{
    /// <summary>How many files of one VM are read at once; at least 1, 8 by default.</summary>
    public int Concurrency { get; init; } = 8;

    /// <summary>
    /// Whether <c>cache.json.gz</c> may stand in for metadata files that it provably describes (newer than each, the same names, the same lengths); the default.
    /// </summary>
    public bool MayUseCache { get; init; } = true;

    /// <summary>The clock, which says what an immutability marker still protects.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Where messages go; nowhere by default.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;
}
