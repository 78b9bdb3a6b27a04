using System.Collections.Immutable;
using System.IO.Hashing;
using System.Text;
using MirrorBackup.Backups;

namespace MirrorBackup.Planning;

/// <summary>
/// The content hash of what a plan rests on. It tells a changed catalogue from an unchanged one and guards against nobody's malice,
/// so that a fast hash will do.
/// </summary>
internal sealed class PlanFingerprint
{
    private readonly XxHash128 _hash = new();
    private byte[] _buffer = new byte[256];

    /// <summary>The hash of the part that all destinations share.</summary>
    internal static string OfSource(MirrorRequest request, BackupChain source)
    {
        var hash = new PlanFingerprint();
        hash.Add(source);
        var options = request.Options;
        hash.Add(options.ToString());
        hash.Add(request.SourceEncryptionFingerprint ?? "");
        hash.Add(request.Filter.VmIds);
        hash.Add(request.Filter.IncludeTags);
        hash.Add(request.Filter.ExcludeTags);
        return hash.Text();
    }

    internal static string OfDestination(string sourceHash, DestinationRequest destination, BackupChain chain)
    {
        var hash = new PlanFingerprint();
        hash.Add(sourceHash);
        hash.Add(destination.Name);
        hash.Add(destination.JobId);
        hash.Add(destination.ScheduleId);
        hash.Add(destination.KnownScheduleIds);
        hash.Add((int)destination.Scope);
        hash.Add(destination.Retention.ToString());
        hash.Add((destination.Profile with { FreeBytes = null }).ToString());
        hash.Add(chain);
        return hash.Text();
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

    private string Text() => Convert.ToHexStringLower(_hash.GetCurrentHash());

    private void Add(BackupChain chain)
    {
        Add(chain.VmId);
        Add((int)chain.Mode);
        Add(chain.Points.Length);
        foreach (var point in chain.Points)
        {
            Add(point);
        }

        Add(chain.Revisions.Length);
        foreach (var revision in chain.Revisions)
        {
            Add(revision);
        }

        Add(chain.PendingMerges.Length);
        foreach (var merge in chain.PendingMerges)
        {
            Add(merge.StatePath);
            Add(merge.Paths.IsDefault ? [] : merge.Paths);
            Add(merge.IsLeftover ? 1 : 0);
            Add(merge.Survivor?.Id ?? "");
        }

        Add(chain.ReservedPaths);
        Add(chain.Problems.Length);
        foreach (var problem in chain.Problems)
        {
            Add((int)problem.Kind);
            Add(problem.Path);
            Add(problem.PreventsRetiring ? 1 : 0);
        }
    }

    private void Add(RestorePoint point)
    {
        Add(point.Id.Timestamp);
        Add(point.Name);
        Add(point.JobId);
        Add(point.ScheduleId);
        Add(point.Size);
        Add(point.IsProtected ? 1 : 0);
        Add(point.VmTags);
        Add(point.Disks.Length);
        foreach (var disk in point.Disks)
        {
            Add(disk.Disk);
            Add(disk.Path);
        }
    }

    private void Add(DiskRevision revision)
    {
        Add(revision.Disk);
        Add(revision.Id);
        Add(revision.ParentId ?? "");
        Add(revision.ParentPath ?? "");
        Add(revision.Path);
        Add(((int)revision.Form.Kind * 10) + (int)revision.Form.Codec);
        Add(revision.VirtualSize);
        Add(revision.AllocatedBytes);
        Add(revision.IsReadable ? 1 : 0);
    }

    private void Add(ImmutableArray<string> texts)
    {
        Add(texts.Length);
        foreach (var text in texts)
        {
            Add(text);
        }
    }

    private void Add(string text)
    {
        var bytes = Encoding.UTF8.GetByteCount(text);
        Add(bytes);
        if (bytes > _buffer.Length)
        {
            _buffer = new byte[bytes];
        }

        _hash.Append(_buffer.AsSpan(0, Encoding.UTF8.GetBytes(text, _buffer)));
    }

    private void Add(long number)
    {
        Span<byte> bytes = stackalloc byte[8];
        System.Buffers.Binary.BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        _hash.Append(bytes);
    }
}
