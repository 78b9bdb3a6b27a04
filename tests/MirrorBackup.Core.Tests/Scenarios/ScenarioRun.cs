using System.Security.Cryptography;
using MirrorBackup.Backups;
using MirrorBackup.Codecs.Encryption;
using MirrorBackup.Disks;
using MirrorBackup.Golden;
using MirrorBackup.Mirroring;
using MirrorBackup.Planning;
using MirrorBackup.Remotes;
using MirrorBackup.Repositories;
using MirrorBackup.Retention;
using MirrorBackup.Vhd;

namespace MirrorBackup.Tests.Scenarios;

/// <summary>A golden state, replayed: the job that the real engine ran, run by us on the same files.</summary>
internal sealed class ScenarioRun : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<IRemote> _remotes = [];

    public ScenarioRun(string scenario, int step)
    {
        Scenario = GoldenScenario.Load(scenario);
        Step = step;
        GoldenData.UnpackState(scenario, step, _folder.Path);
        Expectations = [.. Scenario.Expectations.Where(expectation => expectation.Step == step)];
        foreach (var name in Expectations.Select(static expectation => expectation.Destination).Append("src"))
        {
            Directory.CreateDirectory(_folder[name]);
        }
    }

    public GoldenScenario Scenario { get; }

    public int Step { get; }

    public IReadOnlyList<GoldenExpectation> Expectations { get; }

    public string PathOf(string remote) => _folder[remote];

    /// <summary>Opens a remote as it is stored.</summary>
    public LocalRemote Open(string remote)
    {
        var opened = LocalRemote.Open(_folder[remote], new LocalRemoteOptions { Name = remote });
        _remotes.Add(opened);
        return opened;
    }

    /// <summary>Opens a remote as the step was given it: one that is encrypted decrypts.</summary>
    public async Task<IRemote> UnlockAsync(string remote)
    {
        if (!Scenario.FormOf(remote, Step).IsEncrypted)
        {
            return Open(remote);
        }

        using var key = EncryptionKey.FromText(GoldenData.EncryptionKey);
        var opened = await RepositoryEncryption.OpenAsync(
            LocalRemote.Open(_folder[remote], new LocalRemoteOptions { Name = remote }), key, null, TestContext.Current.CancellationToken);
        _remotes.Add(opened);
        return opened;
    }

    /// <summary>The job of the step, in the form in which the real engine was given it.</summary>
    public async Task<MirrorJob> JobAsync()
    {
        var isOtherJob = Scenario.Name == "same-dest-other-job" && Step > 1;
        var isOtherSchedule = isOtherJob || (Scenario.Name == "schedule-changed" && Step > 1);
        var job = new MirrorJob(Scenario.Name)
        {
            Source = await UnlockAsync("src"),
            Id = isOtherJob ? "11111111-2222-4333-8444-555555555555" : Scenario.MirrorJob,
            ScheduleId = isOtherSchedule ? "66666666-7777-4888-9999-aaaaaaaaaaaa" : Scenario.MirrorSchedule,
            Mode = Scenario.Mode == "full" || (Scenario.Name == "mode-switch" && Step == 2) ? BackupMode.Full : BackupMode.Incremental,
            Scope = isOtherJob ? RetentionScope.WholeVm : RetentionScope.Job,
            Planning = new PlanningOptions { DeleteFirst = Scenario.HasOption(Step, "deleteFirst") },
            Filter = Scenario.Name == "filter" && Step == 1 ? new VmFilter { VmIds = ["99999999-0000-4000-8000-000000000000"] } : VmFilter.All,
            LockTimeout = TimeSpan.Zero,
            CheckLastTransferred = true,
        };
        foreach (var expectation in Expectations)
        {
            job.Destinations.Add(new MirrorDestination(await UnlockAsync(expectation.Destination), RetentionPolicy.KeepLast(expectation.Retention))
            {
                Form = FormOf(expectation.Destination),
            });
        }

        return job;
    }

    private StorageForm FormOf(string remote) => Scenario.FormOf(remote, Step) switch
    {
        { IsDirectory: false } => StorageForm.VhdFile,
        { Codec: "none" } => StorageForm.VhdDirectory(BlockCodec.None),
        { Codec: "gzip" } => StorageForm.VhdDirectory(BlockCodec.Gzip),
        _ => StorageForm.VhdDirectory(BlockCodec.Brotli),
    };

    /// <summary>The letters of all restore points that a remote lists, upper case, in order of time.</summary>
    public async Task<string> LettersOfAsync(string remote) =>
        string.Concat((await LoadAsync(remote)).Points.Select(point => char.ToUpperInvariant(Scenario.LetterOf(point.Point.Id.Timestamp))));

    /// <summary>Reads every disk of every listed point and compares it with what the disk truly was.</summary>
    public async Task AssertContentAsync(string remote, string excludedLetters)
    {
        var opened = await UnlockAsync(remote);
        foreach (var (point, _) in (await LoadAsync(remote)).Points)
        {
            if (excludedLetters.Contains(char.ToLowerInvariant(Scenario.LetterOf(point.Id.Timestamp)), StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            var truth = Scenario.TruthOf(point.Id.Timestamp, point.Id.Mode == BackupMode.Full ? "full" : "delta");
            Assert.Equal(truth.Keys.Order(), point.Disks.Select(static disk => disk.Disk).Order());
            foreach (var disk in point.Disks)
            {
                var path = RepositoryPaths.VmFolder(Scenario.Vm) / disk.Path;
                Assert.Equal(truth[disk.Disk], await DigestAsync(opened, path, disk.Disk));
            }
        }
    }

    public async Task<VmCatalogue> LoadAsync(string remote)
    {
        var repository = await BackupRepository.OpenAsync(await UnlockAsync(remote), null, TestContext.Current.CancellationToken);
        return await repository.LoadAsync(Scenario.Vm, TestContext.Current.CancellationToken);
    }

    /// <summary>Every file of a remote with its length and time, lock directories aside: equal before and after if nothing was touched.</summary>
    public string[] Inventory(string remote) =>
        [.. new DirectoryInfo(_folder[remote]).EnumerateFiles("*", SearchOption.AllDirectories)
            .Select(file => $"{Path.GetRelativePath(_folder[remote], file.FullName)} {file.Length} {file.LastWriteTimeUtc:O}")
            .Order(StringComparer.Ordinal)];

    /// <summary>Names below a remote that no finished run may leave: temporary files, locks, merge states. Our own folder may stay, empty.</summary>
    public string[] Leftovers(string remote) =>
        [.. Directory.EnumerateFileSystemEntries(_folder[remote], "*", SearchOption.AllDirectories)
            .Select(static path => Path.GetFileName(path))
            .Where(static name => (name.StartsWith('.') && name != ".mirrorbackup") || name.EndsWith(".lock", StringComparison.Ordinal))];

    public async ValueTask DisposeAsync()
    {
        foreach (var remote in _remotes)
        {
            await remote.DisposeAsync();
        }

        _folder.Dispose();
    }

    private static async Task<string> DigestAsync(IRemote remote, RemotePath path, string disk)
    {
        if (disk == DiskRevision.ArchiveDisk)
        {
            await using var file = await remote.OpenReadAsync(path, TestContext.Current.CancellationToken);
            var content = new byte[file.Length];
            await file.ReadAsync(0, content, TestContext.Current.CancellationToken);
            return Convert.ToHexStringLower(SHA256.HashData(content));
        }

        await using var chain = await VhdChain.OpenAsync(remote, path, null, TestContext.Current.CancellationToken);
        return Convert.ToHexStringLower(await DiskDigest.ComputeAsync(chain, null, TestContext.Current.CancellationToken));
    }
}
