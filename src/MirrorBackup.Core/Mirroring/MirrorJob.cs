using System.Collections.Immutable;
using MirrorBackup.Backups;
using MirrorBackup.Planning;
using MirrorBackup.Remotes;
using MirrorBackup.Transfer;
using MirrorBackup.Vhd.Directories;

namespace MirrorBackup.Mirroring;

/// <summary>What is to be mirrored, from where, to where, and how. Not changed by a run; do not change it during one.</summary>
public sealed class MirrorJob
{
    /// <summary>The name of a job that is given none.</summary>
    public const string DefaultName = "mirror-backup";

    /// <summary>Describes a job.</summary>
    /// <param name="name">
    /// Its name. <see cref="Id"/> and <see cref="ScheduleId"/> are derived from it unless they are set, never from URLs: a job that keeps its name continues
    /// its chains, even if a mount point changes.
    /// </param>
    public MirrorJob(string name = DefaultName)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        Name = name;
        Id = JobIdentity.ForJob(name);
        ScheduleId = JobIdentity.ForSchedule(name);
    }

    /// <summary>The name, for people.</summary>
    public string Name { get; }

    /// <summary>The id that the written metadata carries, and the folder (<c>vdis/&lt;id&gt;</c>) that new disks go to. One path segment.</summary>
    /// <value>Default: a UUID derived from <see cref="Name"/>.</value>
    public string Id { get; init; }

    /// <summary>The schedule that the written metadata carries.</summary>
    /// <value>Default: a UUID derived from <see cref="Name"/>.</value>
    public string ScheduleId { get; init; }

    /// <summary>All schedules that the job has; points of one that it has are left to it, those of one that it has no longer belong to this run.</summary>
    /// <value>Default: none but <see cref="ScheduleId"/>.</value>
    public ImmutableArray<string> KnownScheduleIds { get; init; } = [];

    /// <summary>The remote to read from; stays the caller's. Nothing is written to it but its lock directories.</summary>
    public required IRemote Source { get; init; }

    /// <summary>The remotes to write to, in any number; what happens to one does not concern the others.</summary>
    public IList<MirrorDestination> Destinations { get; } = [];

    /// <summary>The mode of the backups to mirror; mirroring both takes two jobs.</summary>
    /// <value>Default: <see cref="BackupMode.Incremental"/>.</value>
    public BackupMode Mode { get; init; } = BackupMode.Incremental;

    /// <summary>Which VMs take part. A VM that its id excludes is neither read nor locked.</summary>
    /// <value>Default: all.</value>
    public VmFilter Filter { get; init; } = VmFilter.All;

    /// <summary>How plans are made.</summary>
    public PlanningOptions Planning { get; init; } = new();

    /// <summary>Which restore points of a destination the retention counts.</summary>
    /// <value>Default: those of this job.</value>
    public RetentionScope Scope { get; init; } = RetentionScope.Job;

    /// <summary>How many VMs are mirrored at once.</summary>
    /// <value>From 1; default 2.</value>
    public int Concurrency { get; init; } = 2;

    /// <summary>The most bytes per second that the job reads from the source, all VMs together.</summary>
    /// <value>More than 0; default <see langword="null"/>: no limit.</value>
    public long? MaxBytesPerSecond { get; init; }

    /// <summary>How often a VM that failed is tried again in the same run.</summary>
    /// <value>From 0, the default.</value>
    public int Retries { get; init; }

    /// <summary>Whether the source is locked.</summary>
    /// <value>Default: <see cref="SourceLocking.WhenPossible"/>.</value>
    public SourceLocking SourceLocking { get; init; } = SourceLocking.WhenPossible;

    /// <summary>How long to wait for a lock that somebody else holds, on the source and on each destination.</summary>
    /// <value>Default: 30 seconds. Zero does not wait.</value>
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a destination may take no data, or not answer, before it leaves the run of a VM and the others go on without it. A merge is
    /// not timed: how long it takes says nothing.
    /// </summary>
    /// <value>More than zero; default 10 minutes. <see cref="Timeout.InfiniteTimeSpan"/>: for ever.</value>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Whether what is sent as it is stored is looked into on the way.</summary>
    /// <value>Default: <see cref="PassThroughCheck.Unauthenticated"/>, where no authentication tag vouches for it.</value>
    public PassThroughCheck PassThroughCheck { get; init; }

    /// <summary>
    /// Whether the last restore point that a run transferred is read back from each destination before anything is retired for it.
    /// A failed check stops the VM on that destination: the older points stay.
    /// </summary>
    /// <value>Default: false.</value>
    public bool CheckLastTransferred { get; init; }

    /// <summary>
    /// What is hashed with while disks and archives are sent, so that <see cref="CheckLastTransferred"/> can compare what it reads back. Without that check
    /// nobody compares anything, and no disk is hashed.
    /// </summary>
    /// <value>
    /// Default: <see cref="DigestAlgorithm.XxHash128"/>, for disks; archives are then compared by their MD5, which checksum files need anyway. Those that are
    /// passed on encrypted are compared by SHA-256 in any case.
    /// </value>
    public DigestAlgorithm Digest { get; init; }

    /// <summary>
    /// Whether everything that a destination holds of a VM is read before planning. A disk or archive that opens and cannot be read whole, such as one with a
    /// block that is missing or does not match its authentication tag, then counts as unreadable: it is neither built upon nor counted by the retention, and
    /// it is healed like any other (<see cref="PlanningOptions.Repair"/>). An altered block that nothing tells from a good one stays unnoticed.
    /// </summary>
    /// <value>Default: false. It costs reading the destination once.</value>
    public bool VerifyDestinations { get; init; }

    /// <summary>How many blocks of a VHD directory are written between two records of the transfer.</summary>
    internal int BlocksPerTransferRecord { get; init; } = StagingOptions.DefaultBlocksPerRecord;

    /// <summary>Checks what can be checked without a remote being asked.</summary>
    /// <exception cref="MirrorBackupException">The job cannot be run (<see cref="ErrorCodes.InvalidJob"/>); the message names the property.</exception>
    internal void EnsureValid()
    {
        Require(Destinations.Count > 0, $"{nameof(Destinations)} is empty");
        Require(Concurrency >= 1, $"{nameof(Concurrency)} is {Concurrency}, at least 1 is needed");
        Require(Retries >= 0, $"{nameof(Retries)} is {Retries}, at least 0 is needed");
        Require(MaxBytesPerSecond is null or > 0, $"{nameof(MaxBytesPerSecond)} is {MaxBytesPerSecond}, more than 0 is needed");
        Require(LockTimeout >= TimeSpan.Zero, $"{nameof(LockTimeout)} is negative");
        Require(StallTimeout > TimeSpan.Zero || StallTimeout == Timeout.InfiniteTimeSpan, $"{nameof(StallTimeout)} is {StallTimeout}, more than zero is needed");
        Require(Enum.IsDefined(Digest), $"{nameof(Digest)} is {Digest}, which is none of its values");
        Require(Enum.IsDefined(PassThroughCheck), $"{nameof(PassThroughCheck)} is {PassThroughCheck}, which is none of its values");
        Require(IsSegment(Id), $"{nameof(Id)} \"{Id}\" cannot be the name of a folder");
        Require(ScheduleId.Length > 0, $"{nameof(ScheduleId)} is empty");
        var names = new HashSet<string>(StringComparer.Ordinal);
        var remotes = new HashSet<string>(StringComparer.Ordinal) { Source.Identity };
        foreach (var destination in Destinations)
        {
            destination.Retention.EnsureValid();
            RequireForm(destination);
            Require(names.Add(destination.Name), $"two destinations have the name {destination.Name}");
            Require(
                remotes.Add(destination.Remote.Identity),
                destination.Remote.Identity == Source.Identity
                    ? $"the destination {destination.Name} is the source"
                    : $"the destination {destination.Name} is the same storage as another destination");
        }
    }

    private void RequireForm(MirrorDestination destination)
    {
        if (destination.Form is not { } form)
        {
            return;
        }

        Require(
            form.Kind == StorageKind.VhdDirectory || form == StorageForm.VhdFile,
            $"the form of the destination {destination.Name} is {form}, a VHD file or a VHD directory is needed");
        Require(
            form.Kind == StorageKind.VhdDirectory || Mode == BackupMode.Full || destination.Remote.Capabilities is { SupportsUpdate: true } or { IsReadOnly: true },
            $"the form of the destination {destination.Name} is {form}, and its remote cannot update files in place, which merging VHD files takes: a VHD directory is needed");
    }

    private static bool IsSegment(string id) => RemotePath.TryParse(id, out var path) && !path.IsRoot && path.Parent.IsRoot;

    private void Require(bool condition, string found)
    {
        if (!condition)
        {
            throw new MirrorBackupException(ErrorCodes.InvalidJob, $"The job {Name} cannot be run: {found}.");
        }
    }
}
