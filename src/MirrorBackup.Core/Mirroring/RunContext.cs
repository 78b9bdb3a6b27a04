using Microsoft.Extensions.Logging;
using MirrorBackup.Repositories;
using MirrorBackup.Transfer;

namespace MirrorBackup.Mirroring;

/// <summary>What all VMs of a run share.</summary>
internal sealed record RunContext(
    MirrorJob Job,
    BackupRepository Source,
    IReadOnlyList<RunDestination> Destinations,
    Throttle? Throttle,
    ProgressTracker Progress,
    TimeProvider Time,
    ILogger Logger);
