using MirrorBackup.Backups;
using MirrorBackup.Planning;

namespace MirrorBackup.Mirroring;

/// <summary>What the planner is told of a destination of a job.</summary>
internal static class DestinationRequests
{
    public static DestinationRequest Create(MirrorJob job, MirrorDestination destination, IBackupChain chain, long? freeBytes) => new()
    {
        Name = destination.Name,
        Chain = chain,
        Retention = destination.Retention,
        JobId = job.Id,
        ScheduleId = job.ScheduleId,
        KnownScheduleIds = job.KnownScheduleIds,
        Scope = job.Scope,
        Profile = new DestinationProfile
        {
            Form = destination.EffectiveForm,
            EncryptionFingerprint = destination.Remote.Capabilities.EncryptionFingerprint,
            MaxFileLength = destination.Remote.Capabilities.MaximumFileLength,
            FreeBytes = freeBytes,
        },
    };
}
