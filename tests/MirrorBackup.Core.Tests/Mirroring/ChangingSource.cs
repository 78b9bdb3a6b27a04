using MirrorBackup.Backups;
using MirrorBackup.Golden;
using MirrorBackup.Mirroring;
using MirrorBackup.Remotes;
using MirrorBackup.Repositories;
using MirrorBackup.Retention;
using MirrorBackup.Vhd.Merging;

namespace MirrorBackup.Tests.Mirroring;

/// <summary>
/// A source in memory that holds four points, and what Xen Orchestra does to it when its retention retires the oldest one: an archive is removed, a chain is
/// merged. The destination is in memory, too, so that a run takes milliseconds and every moment of one can be tried.
/// </summary>
internal sealed class ChangingSource : IAsyncDisposable
{
    private const int Step = 4;

    private readonly GoldenScenario _scenario;
    private readonly StorageForm _form;
    private readonly MemoryRemote _source = new("src");
    private readonly MemoryRemote _destination = new("dst");

    private ChangingSource(string scenario)
    {
        _scenario = GoldenScenario.Load(scenario);
        _form = _scenario.FormOf("dst", Step).IsDirectory ? StorageForm.VhdDirectory(BlockCodec.Brotli) : StorageForm.VhdFile;
        Watched = new FaultyRemote(_source);
    }

    /// <summary>The source as the job sees it.</summary>
    public FaultyRemote Watched { get; }

    public RemotePath Folder => RepositoryPaths.VmFolder(_scenario.Vm);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private BackupMode Mode => _scenario.Mode == "full" ? BackupMode.Full : BackupMode.Incremental;

    /// <summary>The files of a source, read once for the many tries of a test.</summary>
    public static IReadOnlyList<(string Path, byte[] Content)> ReadFiles(string scenario)
    {
        using var folder = new TemporaryFolder();
        GoldenData.UnpackState(scenario, Step, folder.Path);

        // By time, so that a cache is younger than what it stands for.
        return [.. new DirectoryInfo(folder["dst"]).EnumerateFiles("*", SearchOption.AllDirectories)
            .OrderBy(static file => file.LastWriteTimeUtc)
            .ThenBy(static file => file.Name == "cache.json.gz")
            .Select(file => (Path.GetRelativePath(folder["dst"], file.FullName), File.ReadAllBytes(file.FullName)))];
    }

    public static async Task<ChangingSource> CreateAsync(string scenario, IReadOnlyList<(string Path, byte[] Content)> files)
    {
        var made = new ChangingSource(scenario);
        foreach (var (path, content) in files)
        {
            await made._source.WriteAllAsync(RemotePath.Parse(path), content, cancellationToken: Cancelled);
        }

        return made;
    }

    public Task<MirrorReport> MirrorAsync(SourceLocking locking)
    {
        var job = new MirrorJob("changing") { Source = Watched, Mode = Mode, SourceLocking = locking, LockTimeout = TimeSpan.Zero };
        job.Destinations.Add(new MirrorDestination(_destination, RetentionPolicy.KeepLast(10)) { Form = _form });
        return new MirrorRunner().RunAsync(job, null, Cancelled);
    }

    /// <summary>Takes the lock as Xen Orchestra does: without waiting.</summary>
    public ValueTask<IRemoteLock> LockAsync() => _source.LockAsync(Folder, default, Cancelled);

    /// <summary>Retires the oldest point, in the order in which Xen Orchestra does it.</summary>
    /// <param name="before">Called before each change that it makes; <see langword="null"/>: it makes them all at once.</param>
    public async Task RetireOldestAsync(Func<ValueTask>? before = null)
    {
        // Not disposed: the source is that of the job, too.
        var remote = new LockTheft(_source) { Before = before is null ? null : (_, _) => before() };
        var repository = await BackupRepository.OpenAsync(remote, null, Cancelled);
        var catalogue = await repository.LoadAsync(_scenario.Vm, Cancelled);
        var writer = repository.Write(_scenario.Vm, null);
        var (oldest, next) = (catalogue.Points[0].Point, catalogue.Points[1].Point);
        await writer.UnlistAsync(oldest.Name, Cancelled);
        foreach (var disk in oldest.Disks)
        {
            if (Mode == BackupMode.Full)
            {
                await writer.DropAsync(disk.Path, Cancelled);
                continue;
            }

            var survivor = next.Disks.Single(other => other.Disk == disk.Disk);
            await VhdMerge.RunAsync(
                remote,
                (Folder / disk.Path).Parent,
                [(Folder / disk.Path).Name, (Folder / survivor.Path).Name],
                new VhdMergeOptions { BeforeStateRemoval = async (_, stop) => await writer.RewriteMergedAsync(next.Name, stop) },
                Cancelled);
        }

        await writer.RewriteCacheAsync(Cancelled);
    }

    /// <summary>The letters that the destination lists, every one of them read and compared with what it truly was.</summary>
    public Task<string> MirroredAsync() => ReadAsync(_destination);

    /// <summary>The letters that the source lists, read likewise.</summary>
    public Task<string> HeldAsync() => ReadAsync(_source);

    /// <summary>Disks and archives of the destination that no point lists, and what is no part of a backup.</summary>
    public async Task<string[]> LeftoversAsync()
    {
        var catalogue = await (await BackupRepository.OpenAsync(_destination, null, Cancelled)).LoadAsync(_scenario.Vm, Cancelled);
        var chain = catalogue.Chain(Mode);
        var listed = chain.Points.SelectMany(static point => point.Disks).Select(static disk => disk.Path).ToHashSet();
        return [.. chain.Revisions.Select(static revision => revision.Path).Where(path => !listed.Contains(path)), .. catalogue.StrayFiles.Select(static stray => stray.Path)];
    }

    public async ValueTask DisposeAsync()
    {
        await Watched.DisposeAsync();
        await _destination.DisposeAsync();
    }

    private async Task<string> ReadAsync(IRemote remote)
    {
        var repository = await BackupRepository.OpenAsync(remote, null, Cancelled);
        var letters = new SortedSet<char>();
        await foreach (var found in RepositoryDigest.ComputeAsync(repository, cancellationToken: Cancelled))
        {
            Assert.Null(found.Error);
            Assert.Equal(_scenario.TruthOf(found.Timestamp, _scenario.Mode)[found.Disk ?? "archive"], found.Sha256);
            letters.Add(_scenario.LetterOf(found.Timestamp));
        }

        return string.Concat(letters);
    }
}
