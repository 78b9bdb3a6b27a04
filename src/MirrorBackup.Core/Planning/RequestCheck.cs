using MirrorBackup.Backups;

namespace MirrorBackup.Planning;

/// <summary>Refuses requests that contradict themselves, before anything is planned.</summary>
internal static class RequestCheck
{
    internal static void EnsureValid(MirrorRequest request, BackupChain source)
    {
        EnsureRange(request.Options.MaxRetireCount, nameof(PlanningOptions.MaxRetireCount), int.MaxValue);
        EnsureRange(request.Options.MaxRetirePercent, nameof(PlanningOptions.MaxRetirePercent), 100);
        if (request.Destinations.IsDefault)
        {
            throw Invalid("Destinations: found none; expected a list, even if it is empty.");
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var destination in request.Destinations)
        {
            if (!names.Add(destination.Name))
            {
                throw Invalid($"Destinations: found two with the name {destination.Name}; expected one per name.");
            }

            EnsureValid(destination, source);
        }
    }

    private static void EnsureValid(DestinationRequest destination, BackupChain source)
    {
        destination.Retention.EnsureValid();
        if (!PathSegment.IsSafe(destination.JobId))
        {
            throw Invalid($"JobId of {destination.Name}: found an id of {destination.JobId.Length} characters that cannot be the name of a folder; expected letters, digits, '-' and the like, and no separator.");
        }

        if (!string.Equals(destination.Chain.VmId, source.VmId, StringComparison.Ordinal))
        {
            throw Invalid($"Chain of {destination.Name}: found the VM {destination.Chain.VmId}; expected {source.VmId}, as on the source.");
        }

        if (destination.Chain.Mode != source.Mode)
        {
            throw Invalid($"Chain of {destination.Name}: found the mode {destination.Chain.Mode}; expected {source.Mode}, as on the source.");
        }

        if (source.Mode == BackupMode.Incremental && destination.Profile.Form.Kind == StorageKind.Archive)
        {
            throw Invalid($"Form of {destination.Name}: found {destination.Profile.Form}; expected a VHD file or a VHD directory for incremental backups.");
        }
    }

    private static void EnsureRange(int? value, string name, int maximum)
    {
        if (value < 0 || value > maximum)
        {
            throw Invalid($"{name}: found {value}; expected 0 to {maximum}, or none.");
        }
    }

    private static MirrorBackupException Invalid(string message) => new(ErrorCodes.InvalidRequest, message);
}
