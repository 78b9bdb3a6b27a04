using System.Collections.Immutable;
using MirrorBackup.Backups;

namespace MirrorBackup.Repositories;

/// <summary>What the folder of one VM held when it was read. Immutable; nothing of the remote stays open.</summary>
public sealed class VmCatalogue
{
    private readonly BackupChain _full;
    private readonly BackupChain _incremental;
    private readonly Dictionary<string, CataloguedPoint> _points;

    internal VmCatalogue(string vmId, BackupChain full, BackupChain incremental, ImmutableArray<CataloguedPoint> points, ImmutableArray<StrayFile> strayFiles)
    {
        VmId = vmId;
        _full = full;
        _incremental = incremental;
        _points = points.ToDictionary(static point => point.Point.Name, StringComparer.Ordinal);
        Points = points;
        StrayFiles = strayFiles;
    }

    /// <summary>The VM: the name of its folder.</summary>
    public string VmId { get; }

    /// <summary>The name of the VM at the newest backup; <see langword="null"/> if there is none that tells.</summary>
    public string? VmName => Points.LastOrDefault(static point => point.Metadata.VmName is not null)?.Metadata.VmName;

    /// <summary>The restore points of both modes, by time.</summary>
    public ImmutableArray<CataloguedPoint> Points { get; }

    /// <summary>What is no part of a backup, by path. It is never removed without a reason of its own.</summary>
    public ImmutableArray<StrayFile> StrayFiles { get; }

    /// <summary>Whether the cache is missing, or names other backups than there are: whoever believes it sees what is not there, or misses what is.</summary>
    internal bool IsCacheStale { get; init; }

    /// <summary>Everything that was found wrong, in either mode.</summary>
    public IEnumerable<ChainProblem> Problems => _full.Problems.Concat(_incremental.Problems).Distinct();

    /// <summary>The backups of one mode, checked and linked.</summary>
    /// <param name="mode">The mode.</param>
    /// <returns>The chain; empty if the VM has none in this mode.</returns>
    public BackupChain Chain(BackupMode mode) => mode == BackupMode.Full ? _full : _incremental;

    /// <summary>The metadata of a restore point.</summary>
    /// <param name="name"><see cref="RestorePoint.Name"/>.</param>
    /// <returns>The metadata, or <see langword="null"/> if there is no such point.</returns>
    public BackupMetadata? FindMetadata(string name) => _points.GetValueOrDefault(name)?.Metadata;
}
