using System.Security.Cryptography;
using Microsoft.Extensions.Time.Testing;
using MirrorBackup.Backups;
using MirrorBackup.Golden;
using MirrorBackup.Mirroring;
using MirrorBackup.Remotes;
using MirrorBackup.Retention;
using MirrorBackup.Tests.Scenarios;

namespace MirrorBackup.Tests.Mirroring;

/// <summary>
/// A golden state with any number of destinations, all of them remotes whose faults a test can choose. The clock of the runs stands still, so that
/// two runs that do the same write the same bytes.
/// </summary>
internal sealed class MirrorFixture : IAsyncDisposable
{
    private readonly Dictionary<string, FaultyRemote> _remotes = new(StringComparer.Ordinal);

    /// <param name="scenario">The scenario; <c>dst</c> and <c>src</c> are as it left them before the step.</param>
    /// <param name="step">The step.</param>
    public MirrorFixture(string scenario = "doc-delta", int step = 3) => Run = new ScenarioRun(scenario, step);

    public ScenarioRun Run { get; }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 2, 1, 12, 0, 0, TimeSpan.Zero));

    public FaultyRemote Source => Remote("src");

    public RemotePath Folder => RemotePath.Parse("xo-vm-backups/" + Run.Scenario.Vm);

    /// <summary>The remote of a folder of the fixture; made where it is not there.</summary>
    public FaultyRemote Remote(string name)
    {
        if (!_remotes.TryGetValue(name, out var remote))
        {
            Directory.CreateDirectory(Run.PathOf(name));
            _remotes.Add(name, remote = new FaultyRemote(Run.Open(name)));
        }

        return remote;
    }

    /// <summary>A destination that begins as <c>dst</c>.</summary>
    public FaultyRemote Copy(string name)
    {
        CopyFolder(Run.PathOf("dst"), Run.PathOf(name));
        return Remote(name);
    }

    /// <summary>A destination that is the folder of another state.</summary>
    public FaultyRemote FromStep(int step, string name)
    {
        using var folder = new TemporaryFolder();
        GoldenData.UnpackState(Run.Scenario.Name, step, folder.Path);
        CopyFolder(folder["dst"], Run.PathOf(name));
        return Remote(name);
    }

    public MirrorJob Job(IEnumerable<string> destinations, Func<MirrorJob, MirrorJob>? change = null, int retention = 4)
    {
        var job = new MirrorJob("test")
        {
            Source = Source,
            Id = Run.Scenario.MirrorJob,
            ScheduleId = Run.Scenario.MirrorSchedule,
            Mode = Run.Scenario.Mode == "full" ? BackupMode.Full : BackupMode.Incremental,
            LockTimeout = TimeSpan.Zero,
        };
        job = change?.Invoke(job) ?? job;
        foreach (var name in destinations)
        {
            job.Destinations.Add(new MirrorDestination(Remote(name), RetentionPolicy.KeepLast(retention)));
        }

        return job;
    }

    /// <summary>A job whose destinations hold VHD directories, with a record after each block.</summary>
    public MirrorJob DirectoryJob(BlockCodec codec, params string[] destinations)
    {
        var job = Job(destinations, static job => new MirrorJob(job.Name)
        {
            Source = job.Source,
            Id = job.Id,
            ScheduleId = job.ScheduleId,
            LockTimeout = job.LockTimeout,
            BlocksPerTransferRecord = 1,
        });
        for (var i = 0; i < job.Destinations.Count; i++)
        {
            job.Destinations[i] = job.Destinations[i] with { Form = StorageForm.VhdDirectory(codec) };
        }

        return job;
    }

    public Task<MirrorReport> MirrorAsync(params string[] destinations) => MirrorAsync(Job(destinations));

    public Task<MirrorReport> MirrorAsync(MirrorJob job, CancellationToken? cancellationToken = null) =>
        new MirrorRunner(null, Time).RunAsync(job, null, cancellationToken ?? TestContext.Current.CancellationToken);

    /// <summary>Lets time pass until a run that waits for it has ended.</summary>
    public async Task PassAsync(Task run)
    {
        while (!run.IsCompleted)
        {
            // Only once nobody has done anything for a while that nobody can see: what is under way on other destinations is not to be late.
            var operations = _remotes.Values.Sum(static remote => remote.Log.Count);
            await Task.WhenAny(run, Task.Delay(TimeSpan.FromSeconds(1)));
            if (operations == _remotes.Values.Sum(static remote => remote.Log.Count))
            {
                Time.Advance(TimeSpan.FromMinutes(11));
            }
        }
    }

    /// <summary>The SHA-256 of every file of a remote, by path.</summary>
    public SortedDictionary<string, string> Tree(string name)
    {
        var tree = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(Run.PathOf(name), "*", SearchOption.AllDirectories))
        {
            tree.Add(Path.GetRelativePath(Run.PathOf(name), file), Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file))));
        }

        return tree;
    }

    /// <summary>Holds a destination against what is right: its points, their content, and nothing that a finished run may not leave.</summary>
    public async Task AssertHoldsAsync(string name, string letters)
    {
        Assert.Equal(letters, await Run.LettersOfAsync(name));
        await Run.AssertContentAsync(name, "");
        Assert.Empty(Run.Leftovers(name));
        Assert.Empty(await UnlistedAsync(name));
    }

    /// <summary>The lock directories of a remote.</summary>
    public string[] Locks(string name) => [.. Run.Leftovers(name).Where(static entry => entry.EndsWith(".lock", StringComparison.Ordinal))];

    /// <summary>Disks and archives that no listed point has.</summary>
    public async Task<string[]> UnlistedAsync(string name)
    {
        var listed = (await Run.LoadAsync(name)).Points.SelectMany(static point => point.Point.Disks.Select(static disk => disk.Path)).ToHashSet();
        var root = Path.Combine(Run.PathOf(name), Folder.Value);
        return !Directory.Exists(root) ? [] : [.. Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(root, path))
            .Where(path => (path.EndsWith(".vhd", StringComparison.Ordinal) || path.EndsWith(".xva", StringComparison.Ordinal)) && !listed.Contains(path))];
    }

    public ValueTask DisposeAsync() => Run.DisposeAsync();

    private static void CopyFolder(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
