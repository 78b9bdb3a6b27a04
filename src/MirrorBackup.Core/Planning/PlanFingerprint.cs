using System.Collections.Immutable;
using MirrorBackup.Backups;

namespace MirrorBackup.Planning;

/// <summary>
/// The content hash of what a plan rests on. It tells a changed catalogue from an unchanged one and guards against nobody's malice,
/// so that a fast hash will do.
/// </summary>
internal sealed class PlanFingerprint
{
    private readonly FieldHash _hash = new();

    /// <summary>The hash of the part that all destinations share.</summary>
    internal static string OfSource(MirrorRequest request, BackupChain source)
    {
        var hash = new PlanFingerprint();
        hash.Add(source);
        hash.Add(request.Options, request.SourceEncryptionFingerprint, request.Filter);
        return hash._hash.ToText();
    }

    /// <summary>The hash of all but the backups: two plans of the same backups can only differ where this does.</summary>
    internal static string OfSettings(PlanningOptions options, string? sourceEncryption, VmFilter filter, DestinationRequest destination)
    {
        var hash = new PlanFingerprint();
        hash._hash.Add((int)destination.Chain.Mode);
        hash.Add(options, sourceEncryption, filter);
        hash.Add(destination);
        return hash._hash.ToText();
    }

    internal static string OfDestination(string sourceHash, DestinationRequest destination, BackupChain chain)
    {
        var hash = new PlanFingerprint();
        hash._hash.Add(sourceHash);
        hash.Add(destination);
        hash.Add(chain);
        return hash._hash.ToText();
    }

    internal static void EnsureCurrent(MirrorPlan plan, MirrorRequest current)
    {
        var sourceHash = OfSource(current, BackupChain.From(current.Source));
        foreach (var destination in plan.Destinations)
        {
            var request = current.Destinations.FirstOrDefault(candidate => candidate.Name == destination.Name)
                ?? throw new PlanStaleException($"The plan for VM {plan.VmId} has the destination {destination.Name}, which is not there any more; plan again.");
            var found = OfDestination(sourceHash, request, BackupChain.From(request.Chain));
            if (found != destination.Fingerprint)
            {
                throw new PlanStaleException(
                    $"The plan for VM {plan.VmId} at {destination.Name} was made from catalogues with the fingerprint {destination.Fingerprint}; found {found}, because a backup, the retention or an option has changed since. Plan again.");
            }
        }
    }

    private void Add(PlanningOptions options, string? sourceEncryption, VmFilter filter)
    {
        _hash.Add(options.ToString());
        _hash.Add(sourceEncryption ?? "");
        _hash.Add(filter.VmIds);
        _hash.Add(filter.IncludeTags);
        _hash.Add(filter.ExcludeTags);
    }

    private void Add(DestinationRequest destination)
    {
        _hash.Add(destination.Name);
        _hash.Add(destination.JobId);
        _hash.Add(destination.ScheduleId);
        _hash.Add(destination.KnownScheduleIds);
        _hash.Add((int)destination.Scope);
        _hash.Add(destination.Retention.ToString());
        _hash.Add((destination.Profile with { FreeBytes = null }).ToString());
    }

    private void Add(BackupChain chain)
    {
        _hash.Add(chain.VmId);
        _hash.Add((int)chain.Mode);
        _hash.Add(chain.Points.Length);
        foreach (var point in chain.Points)
        {
            Add(point);
        }

        _hash.Add(chain.Revisions.Length);
        foreach (var revision in chain.Revisions)
        {
            Add(revision);
        }

        _hash.Add(chain.PendingMerges.Length);
        foreach (var merge in chain.PendingMerges)
        {
            _hash.Add(merge.StatePath);
            _hash.Add(merge.Paths.IsDefault ? [] : merge.Paths);
            _hash.Add(merge.IsLeftover ? 1 : 0);
            _hash.Add(merge.Survivor?.Id ?? "");
        }

        _hash.Add(chain.ReservedPaths);
        _hash.Add(chain.Problems.Length);
        foreach (var problem in chain.Problems)
        {
            _hash.Add((int)problem.Kind);
            _hash.Add(problem.Path);
            _hash.Add(problem.PreventsRetiring ? 1 : 0);
        }
    }

    private void Add(RestorePoint point)
    {
        _hash.Add(point.Id.Timestamp);
        _hash.Add(point.Name);
        _hash.Add(point.JobId);
        _hash.Add(point.ScheduleId);
        _hash.Add(point.Size);
        _hash.Add(point.IsProtected ? 1 : 0);
        _hash.Add(point.VmTags);
        _hash.Add(point.Disks.Length);
        foreach (var disk in point.Disks)
        {
            _hash.Add(disk.Disk);
            _hash.Add(disk.Path);
        }
    }

    private void Add(DiskRevision revision)
    {
        _hash.Add(revision.Disk);
        _hash.Add(revision.Id);
        _hash.Add(revision.ParentId ?? "");
        _hash.Add(revision.ParentPath ?? "");
        _hash.Add(revision.Path);
        _hash.Add(((int)revision.Form.Kind * 10) + (int)revision.Form.Codec);
        _hash.Add(revision.VirtualSize);
        _hash.Add(revision.AllocatedBytes);
        _hash.Add(revision.IsReadable ? 1 : 0);
    }
}
