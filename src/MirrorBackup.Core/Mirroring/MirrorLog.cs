using Microsoft.Extensions.Logging;

namespace MirrorBackup.Mirroring;

/// <summary>The log messages of this room. Names of remotes and ids only: no URL, no path, no secret.</summary>
internal static partial class MirrorLog
{
    [LoggerMessage(EventId = 5001, EventName = "RunStarted", Level = LogLevel.Information,
        Message = "Job {JobName} begins: {Mode} backups from {Source} to {DestinationCount} destinations")]
    public static partial void RunStarted(this ILogger logger, string jobName, string mode, string source, int destinationCount);

    [LoggerMessage(EventId = 5002, EventName = "RunEnded", Level = LogLevel.Information,
        Message = "Job {JobName} ended: {Outcome}, {VmCount} VMs, {BytesRead} bytes read, {BytesWritten} bytes written, {Duration}")]
    public static partial void RunEnded(
        this ILogger logger, string jobName, MirrorOutcome outcome, int vmCount, long bytesRead, long bytesWritten, TimeSpan duration);

    [LoggerMessage(EventId = 5003, EventName = "Planned", Level = LogLevel.Information,
        Message = "VM {VmId} at {Destination}: {StepCount} steps, {ConflictCount} conflicts, from {Before} to {Planned}")]
    public static partial void Planned(
        this ILogger logger, string vmId, string destination, int stepCount, int conflictCount, string before, string planned);

    [LoggerMessage(EventId = 5004, EventName = "StepDone", Level = LogLevel.Debug,
        Message = "VM {VmId} at {Destination}: {Kind} done in {Duration}, {BytesWritten} bytes written")]
    public static partial void StepDone(this ILogger logger, string vmId, string destination, string kind, TimeSpan duration, long bytesWritten);

    [LoggerMessage(EventId = 5005, EventName = "StepFailed", Level = LogLevel.Error, Message = "VM {VmId} at {Destination}: {Kind} failed")]
    public static partial void StepFailed(this ILogger logger, Exception error, string vmId, string destination, string kind);

    [LoggerMessage(EventId = 5006, EventName = "DestinationFailed", Level = LogLevel.Error,
        Message = "VM {VmId}: destination {Destination} leaves the run, the others go on")]
    public static partial void DestinationFailed(this ILogger logger, Exception error, string vmId, string destination);

    [LoggerMessage(EventId = 5007, EventName = "VmFailed", Level = LogLevel.Error, Message = "VM {VmId} failed, attempt {Attempt}")]
    public static partial void VmFailed(this ILogger logger, Exception error, string vmId, int attempt);

    [LoggerMessage(EventId = 5008, EventName = "SourceDefect", Level = LogLevel.Warning,
        Message = "VM {VmId}: a backup of the source cannot be read; planning again without it")]
    public static partial void SourceDefect(this ILogger logger, Exception error, string vmId);

    [LoggerMessage(EventId = 5009, EventName = "SourceNotLocked", Level = LogLevel.Warning,
        Message = "VM {VmId}: the source cannot be locked; what is read is checked again before it is committed")]
    public static partial void SourceNotLocked(this ILogger logger, string vmId);

    [LoggerMessage(EventId = 5010, EventName = "CacheNotWritten", Level = LogLevel.Warning,
        Message = "VM {VmId} at {Destination}: the list cache could not be written; Xen Orchestra will make it anew")]
    public static partial void CacheNotWritten(this ILogger logger, Exception error, string vmId, string destination);

    [LoggerMessage(EventId = 5011, EventName = "DestinationDamaged", Level = LogLevel.Warning,
        Message = "VM {VmId} at {Destination}: {Count} disks or archives open and cannot be read whole")]
    public static partial void DestinationDamaged(this ILogger logger, string vmId, string destination, int count);

    [LoggerMessage(EventId = 5013, EventName = "Settled", Level = LogLevel.Debug,
        Message = "VM {VmId}: nothing to do, since its folders and the settings are what they were when a run found nothing to do")]
    public static partial void Settled(this ILogger logger, string vmId);

    [LoggerMessage(EventId = 5014, EventName = "SettledNotWritten", Level = LogLevel.Debug,
        Message = "{Destination}: for which VMs there was nothing to do could not be noted; the next run reads them again")]
    public static partial void SettledNotWritten(this ILogger logger, Exception error, string destination);

    [LoggerMessage(EventId = 5012, EventName = "StorageDoesNotCopy", Level = LogLevel.Debug,
        Message = "VM {VmId}: the storage does not copy from the source to the destinations by itself, so that what follows is read and written: {Reason}")]
    public static partial void StorageDoesNotCopy(this ILogger logger, string vmId, string reason);
}
