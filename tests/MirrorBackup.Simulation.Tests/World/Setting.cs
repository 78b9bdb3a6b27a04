using System.Collections.Concurrent;
using MirrorBackup.Backups;
using MirrorBackup.Codecs.Encryption;
using MirrorBackup.Golden;
using MirrorBackup.Mirroring;
using MirrorBackup.Planning;
using MirrorBackup.Remotes;
using MirrorBackup.Repositories;
using MirrorBackup.Retention;
using MirrorBackup.Testing.Simulation;

namespace MirrorBackup.Simulation.Tests.World;

/// <summary>One golden state, on a disk that crashes, and the job that is run on it.</summary>
/// <param name="Scenario">The name of the scenario.</param>
/// <param name="Step">The step whose job is run on the state before it.</param>
/// <param name="Policy">Another retention than that of the scenario, with the name that it has in messages.</param>
public sealed record Setting(string Scenario, int Step, string? Policy = null)
{
    private static readonly ConcurrentDictionary<(string, int), SimulatedDisk> s_disks = new();

    private GoldenScenario Golden => GoldenScenario.Load(Scenario);

    /// <summary>The VM.</summary>
    public string Vm => Golden.Vm;

    /// <summary>The folder of the VM.</summary>
    public RemotePath Folder => RepositoryPaths.VmFolder(Vm);

    /// <summary>The destinations of the job.</summary>
    public string[] Destinations => [.. Expectations.Select(static expectation => expectation.Destination)];

    private IEnumerable<GoldenExpectation> Expectations => Golden.Expectations.Where(expectation => expectation.Step == Step);

    /// <summary>The points that the destination is to hold in the end, as letters in upper case; null where the scenario does not say.</summary>
    public string? ExpectedLetters(string destination) => Policy is null ? Expectations.Single(expectation => expectation.Destination == destination).ShouldHold : null;

    /// <summary>The letter of a point.</summary>
    public char LetterOf(long timestamp) => char.ToUpperInvariant(Golden.LetterOf(timestamp));

    /// <summary>The digest of every disk of a point, as it truly was.</summary>
    public IReadOnlyDictionary<string, string> TruthOf(PointId point) => Golden.TruthOf(point.Timestamp, point.Mode == BackupMode.Full ? "full" : "delta");

    /// <summary>The state before the step, on a disk of its own.</summary>
    public SimulatedDisk Load(TimeProvider clock) => s_disks.GetOrAdd((Scenario, Step), Import).Crash(CrashOutcome.Kept, clock);

    /// <summary>Opens a remote of the disk.</summary>
    /// <param name="disk">The disk.</param>
    /// <param name="remote">The folder: <c>src</c>, <c>dst</c>.</param>
    /// <param name="clock">The clock of its locks.</param>
    /// <param name="below">Puts something over the stored files, below the encryption.</param>
    /// <returns>The remote, which decrypts where it has to.</returns>
    public async Task<IRemote> OpenAsync(SimulatedDisk disk, string remote, TimeProvider clock, Func<string, IRemote, IRemote>? below = null)
    {
        IRemote local = LocalRemote.Open(disk.OpenFiles(RemotePath.Parse(remote)), new LocalRemoteOptions { Name = remote }, clock);
        local = below?.Invoke(remote, local) ?? local;
        if (!Golden.FormOf(remote, Step).IsEncrypted)
        {
            return local;
        }

        using var key = EncryptionKey.FromText(GoldenData.EncryptionKey);
        return await RepositoryEncryption.OpenAsync(local, key, null, TestContext.Current.CancellationToken);
    }

    /// <summary>The job of the step.</summary>
    /// <param name="remotes">The source, and the destinations in their order.</param>
    public MirrorJob Job(IReadOnlyList<IRemote> remotes)
    {
        var isOtherJob = Scenario == "same-dest-other-job" && Step > 1;
        var isOtherSchedule = isOtherJob || (Scenario == "schedule-changed" && Step > 1);
        var job = new MirrorJob(Scenario)
        {
            Source = remotes[0],
            Id = isOtherJob ? "11111111-2222-4333-8444-555555555555" : Golden.MirrorJob,
            ScheduleId = isOtherSchedule ? "66666666-7777-4888-9999-aaaaaaaaaaaa" : Golden.MirrorSchedule,
            Mode = Golden.Mode == "full" ? BackupMode.Full : BackupMode.Incremental,
            Scope = isOtherJob ? RetentionScope.WholeVm : RetentionScope.Job,
            Planning = new PlanningOptions { DeleteFirst = Golden.HasOption(Step, "deleteFirst") },
            LockTimeout = TimeSpan.Zero,
        };
        foreach (var (expectation, remote) in Expectations.Zip(remotes.Skip(1)))
        {
            job.Destinations.Add(new MirrorDestination(remote, RetentionOf(expectation)) { Form = FormOf(expectation.Destination) });
        }

        return job;
    }

    /// <summary>The setting for a message.</summary>
    public override string ToString() => Policy is null ? $"{Scenario} {Step}" : $"{Scenario} {Step}, {Policy}";

    private RetentionPolicy RetentionOf(GoldenExpectation expectation) => Policy switch
    {
        null => RetentionPolicy.KeepLast(expectation.Retention),
        "weekly" => RetentionPolicy.KeepLast(1).Weekly(2).Monthly(1).In(TimeZoneInfo.Utc),
        "last 2" => RetentionPolicy.KeepLast(2),
        _ => throw new ArgumentException($"There is no policy {Policy}.", nameof(expectation)),
    };

    private StorageForm FormOf(string remote) => Golden.FormOf(remote, Step) switch
    {
        { IsDirectory: false } => StorageForm.VhdFile,
        { Codec: "none" } => StorageForm.VhdDirectory(BlockCodec.None),
        { Codec: "gzip" } => StorageForm.VhdDirectory(BlockCodec.Gzip),
        _ => StorageForm.VhdDirectory(BlockCodec.Brotli),
    };

    private static SimulatedDisk Import((string Scenario, int Step) state)
    {
        using var folder = new TemporaryFolder();
        GoldenData.UnpackState(state.Scenario, state.Step, folder.Path);
        var disk = new SimulatedDisk();
        FolderImport.Run(folder.Path, disk);
        return disk;
    }
}
