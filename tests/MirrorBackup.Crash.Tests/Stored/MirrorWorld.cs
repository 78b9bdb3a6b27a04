using MirrorBackup.Backups;
using MirrorBackup.Golden;
using MirrorBackup.Mirroring;
using MirrorBackup.Remotes;
using MirrorBackup.Retention;

namespace MirrorBackup.Crash.Tests.Stored;

/// <summary>
/// A documented scenario one step before its most eventful run: every destination holds <c>BCDE</c>, the source <c>IJK</c>, four points are kept, so that
/// the run sends three points and retires three (merging them where they are incremental), and ends with <c>EIJK</c>.
/// </summary>
internal sealed class MirrorWorld : IDisposable
{
    public const string Before = "BCDE";
    public const string After = "EIJK";

    private const int Retention = 4;

    private readonly TemporaryFolder _folder = new();
    private readonly GoldenScenario _scenario;

    private MirrorWorld(string scenario, IReadOnlyList<StoredKind> kinds) => (_scenario, Kinds) = (GoldenScenario.Load(scenario), kinds);

    public IReadOnlyList<StoredKind> Kinds { get; }

    public GoldenScenario Scenario => _scenario;

    public BackupMode Mode => _scenario.Mode == "full" ? BackupMode.Full : BackupMode.Incremental;

    /// <summary>Makes the state of before: what three runs of ours left of what the source held then.</summary>
    /// <param name="mode">Which backups.</param>
    /// <param name="kinds">The destinations.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public static async Task<MirrorWorld> CreateAsync(BackupMode mode, IReadOnlyList<StoredKind> kinds, CancellationToken cancellationToken)
    {
        var world = new MirrorWorld(mode == BackupMode.Full ? "doc-full" : "doc-delta", kinds);
        foreach (var kind in kinds)
        {
            Directory.CreateDirectory(FolderOf(world._folder["before"], kind));
        }

        for (var step = 1; step <= 4; step++)
        {
            var unpacked = Directory.CreateDirectory(world._folder[$"step{step}"]).FullName;
            GoldenData.UnpackState(world._scenario.Name, step, unpacked);
            var source = Path.Combine(unpacked, "src");
            if (step < 4)
            {
                await world.RunAsync(source, world._folder["before"], cancellationToken);
                Directory.Delete(unpacked, recursive: true);
                continue;
            }

            Directory.Move(source, world._folder["src"]);
        }

        return world;
    }

    /// <summary>A folder with a source and destinations of its own, as they are before the run.</summary>
    /// <param name="name">Its name; what is there already is replaced.</param>
    /// <param name="parent">The folder above it; <see langword="null"/>: one of this world.</param>
    public string Copy(string name, string? parent = null)
    {
        var copy = Path.Combine(parent ?? _folder.Path, name);
        if (Directory.Exists(copy))
        {
            Directory.Delete(copy, recursive: true);
        }

        FolderCopy.Make(_folder["before"], copy);
        FolderCopy.Make(_folder["src"], SourceOf(copy));
        return copy;
    }

    public static string SourceOf(string copy) => Path.Combine(copy, "src");

    public static string FolderOf(string copy, StoredKind kind) => Path.Combine(copy, kind.Name);

    /// <summary>The words of the command line that runs the job.</summary>
    /// <param name="copy">Where source and destinations are.</param>
    /// <param name="job">The id of another job; <see langword="null"/>: that of the scenario.</param>
    public IEnumerable<string> CommandLineOf(string copy, string? job = null) =>
    [
        "mirror", "--verbose",
        "--mode", Mode == BackupMode.Full ? "full" : "incremental",
        "--source", $"file://{SourceOf(copy)}",
        .. Kinds.SelectMany(kind => (string[])["--destination", kind.UrlOf(FolderOf(copy, kind))]),
        "--retention", $"{Retention}",
        "--job-id", job ?? _scenario.MirrorJob,
        "--schedule-id", _scenario.MirrorSchedule,
    ];

    /// <summary>Runs the job in this process; it must succeed.</summary>
    public Task<MirrorReport> RunAsync(string copy, CancellationToken cancellationToken) => RunAsync(SourceOf(copy), copy, cancellationToken);

    /// <summary>Runs the job in this process.</summary>
    /// <param name="source">The folder of the source.</param>
    /// <param name="destinations">The folder above those of the destinations.</param>
    /// <param name="change">What a destination is wrapped in; <see langword="null"/>: nothing.</param>
    /// <param name="urlOptions">Further options of the URLs of destinations.</param>
    /// <param name="lockTimeout">How long it waits for locks; <see langword="null"/>: as long as usual.</param>
    /// <param name="cancellationToken">Stops the run.</param>
    public async Task<MirrorReport> TryAsync(
        string source,
        string destinations,
        Func<IRemote, IRemote>? change = null,
        string urlOptions = "",
        TimeSpan? lockTimeout = null,
        CancellationToken cancellationToken = default)
    {
        await using var from = LocalRemote.Open(source, new LocalRemoteOptions { Name = "source" });
        var job = new MirrorJob(_scenario.Name) { Source = from, Id = _scenario.MirrorJob, ScheduleId = _scenario.MirrorSchedule, Mode = Mode, LockTimeout = lockTimeout ?? TimeSpan.FromSeconds(30) };
        var opened = new List<IRemote>();
        try
        {
            foreach (var kind in Kinds)
            {
                var remote = await new RemoteFactory().OpenAsync($"{kind.UrlOf(FolderOf(destinations, kind))}&{urlOptions}".TrimEnd('&'), cancellationToken);
                opened.Add(change?.Invoke(remote) ?? remote);
                job.Destinations.Add(new MirrorDestination(opened[^1], RetentionPolicy.KeepLast(Retention)) { Form = kind.Form });
            }

            return await new MirrorRunner().RunAsync(job, null, cancellationToken);
        }
        finally
        {
            foreach (var remote in opened)
            {
                await remote.DisposeAsync();
            }
        }
    }

    /// <summary>Reads every listed point of a destination, and holds its content against what it truly was.</summary>
    /// <returns>What is there, and what does not belong there.</returns>
    public async Task<StoredState> ReadAsync(string copy, StoredKind kind, CancellationToken cancellationToken)
    {
        await using var remote = await new RemoteFactory().OpenAsync(kind.UrlOf(FolderOf(copy, kind)), cancellationToken);
        return await StoredState.ReadAsync(remote, FolderOf(copy, kind), _scenario, cancellationToken);
    }

    /// <summary>What a killed process left locked is abandoned by now: as after ten seconds in which nobody refreshed it.</summary>
    public static void AbandonLocks(string copy)
    {
        foreach (var directory in LocksOf(copy))
        {
            Directory.SetLastWriteTimeUtc(directory, DateTime.UtcNow.AddMinutes(-1));
        }
    }

    public static string[] LocksOf(string copy) => Directory.GetDirectories(copy, "*.lock", SearchOption.AllDirectories);

    public void Dispose() => _folder.Dispose();

    private async Task<MirrorReport> RunAsync(string source, string destinations, CancellationToken cancellationToken)
    {
        var report = await TryAsync(source, destinations, cancellationToken: cancellationToken);
        Assert.True(report.IsSuccess, MirrorReportJson.Write(report));
        return report;
    }
}
