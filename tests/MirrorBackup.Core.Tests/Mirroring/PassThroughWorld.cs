using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using MirrorBackup.Backups;
using MirrorBackup.Codecs.Encryption;
using MirrorBackup.Golden;
using MirrorBackup.Mirroring;
using MirrorBackup.Planning;
using MirrorBackup.Remotes;
using MirrorBackup.Repositories;
using MirrorBackup.Retention;
using MirrorBackup.Transfer;

namespace MirrorBackup.Tests.Mirroring;

/// <summary>One VM of a golden set as source, and destinations of any form and key.</summary>
internal sealed class PassThroughWorld : IAsyncDisposable
{
    public const string Rolled = "0e243b7c-2218-47d3-934d-90bac1a691d6";
    public const string TwoJobs = "bb430d7b-ee44-47f0-a35b-79fbbe1b75b0";
    public const string Zstandard = "1916e9de-0143-4638-bb85-4976b7f7ce57";

    private readonly TemporaryFolder _folder = new();
    private readonly List<IRemote> _remotes = [];
    private readonly List<MirrorDestination> _destinations = [];
    private readonly string _set;
    private readonly string _vm;

    private PassThroughWorld(string set, string vm) => (_set, _vm) = (set, vm);

    public BlockTrafficRemote Source { get; private set; } = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<PassThroughWorld> OpenAsync(string set, string vm = Rolled, Func<IRemote, IRemote>? wrap = null)
    {
        var world = new PassThroughWorld(set, vm);
        GoldenData.UnpackSet(set, Directory.CreateDirectory(world.PathOf("src")).FullName, vm);
        world.Source = await world.OpenRemoteAsync("src", set.StartsWith('d') ? GoldenData.EncryptionKey : null, wrap);
        return world;
    }

    public string PathOf(string name) => _folder[name];

    public async Task<BlockTrafficRemote> AddAsync(string name, StorageForm form, string? key = null, Func<IRemote, IRemote>? wrap = null)
    {
        Directory.CreateDirectory(PathOf(name));
        var remote = await OpenRemoteAsync(name, key, wrap);
        _destinations.Add(new MirrorDestination(remote, RetentionPolicy.KeepLast(20)) { Name = name, Form = form });
        return remote;
    }

    public Task<MirrorReport> MirrorAsync(
        PassThroughCheck check = default, bool readsBack = true, int retention = 20, ILogger<MirrorRunner>? logger = null, DigestAlgorithm digest = default) =>
        new MirrorRunner(logger).RunAsync(Job(check, readsBack, retention, digest), null, Cancellation);

    public async Task<MirrorPlan> PlanAsync() => (await new MirrorRunner().PlanAsync(Job(default, false, 20), Cancellation)).Single();

    /// <summary>The form of the source's disks.</summary>
    public async Task<StorageForm> FormAsync()
    {
        var catalogue = await (await BackupRepository.OpenAsync(Source, cancellationToken: Cancellation)).LoadAsync(_vm, Cancellation);
        return catalogue.Chain(BackupMode.Incremental).Revisions.Select(static revision => revision.Form).Distinct().Single();
    }

    /// <summary>The way of every disk that was sent, and the error of what was not.</summary>
    public static TransferWay[] Ways(MirrorReport report, int destination = 0)
    {
        Assert.True(report.IsSuccess, MirrorReportJson.Write(report));
        return [.. report.Vms[0].Destinations[destination].Steps.SelectMany(static step => step.Disks).Select(static disk => disk.Way).Distinct()];
    }

    /// <summary>Compares the content of every point of a destination with the manifest, and their number with what is wanted.</summary>
    public async Task AssertContentAsync(string name, int? newest = null)
    {
        var points = await ExpectedAsync();
        var wanted = points.Select(static point => point.Timestamp).Distinct().Order().TakeLast(newest ?? int.MaxValue).ToHashSet();
        Assert.Equal(points.Where(point => wanted.Contains(point.Timestamp)), await FoundAsync(name));
    }

    /// <summary>Asserts that something of the source is not listed at a destination, and that what is listed is right.</summary>
    public async Task AssertListsOnlyWhatIsWholeAsync(string name)
    {
        var (expected, found) = (await ExpectedAsync(), await FoundAsync(name));
        Assert.Subset(expected.ToHashSet(), found.ToHashSet());
        Assert.InRange(found.Count, 0, expected.Count - 1);
    }

    private async Task<List<(long Timestamp, string Sha256)>> ExpectedAsync()
    {
        var manifest = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(GoldenData.Root, "manifest.json"), Cancellation))![_set]!.AsArray();
        var expected = manifest.Single(vm => (string)vm!["uuid"]! == _vm)!["points"]!.AsArray().SelectMany(static point => (string)point!["mode"]! == "full"
            ? [((long)point["timestamp"]!, (string)point["truthSha256"]!)]
            : point["disks"]!.AsArray().Select(disk => ((long)point["timestamp"]!, (string)disk!["truthSha256"]!)));
        return [.. expected.Order()];
    }

    private async Task<List<(long Timestamp, string Sha256)>> FoundAsync(string name)
    {
        var found = new List<(long, string)>();
        var repository = await BackupRepository.OpenAsync(_destinations.Single(destination => destination.Name == name).Remote, cancellationToken: Cancellation);
        await foreach (var digest in RepositoryDigest.ComputeAsync(repository, null, Cancellation))
        {
            found.Add((digest.Timestamp, digest.Sha256 ?? digest.Error!));
        }

        return [.. found.Order()];
    }

    /// <summary>The SHA-256 of every block file and archive, as the storage has it.</summary>
    public string[] Stored(string name) => [.. Bulk(name).Select(static file => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)))).Order(StringComparer.Ordinal)];

    /// <summary>The SHA-256 of every block file and archive as the remote shows it.</summary>
    public async Task<string[]> DecryptedAsync(string name, IRemote remote)
    {
        var hashes = new List<string>();
        foreach (var file in Bulk(name))
        {
            var content = await remote.ReadAllAsync(RemotePath.Parse(Path.GetRelativePath(PathOf(name), file)), int.MaxValue, Cancellation);
            hashes.Add(Convert.ToHexString(SHA256.HashData(content)));
        }

        return [.. hashes.Order(StringComparer.Ordinal)];
    }

    /// <summary>Flips a bit in the middle of a block file or archive of the source.</summary>
    public void Damage(int file = 0)
    {
        var path = Bulk("src")[file];
        var bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 2] ^= 0x10;
        File.WriteAllBytes(path, bytes);
    }

    /// <summary>What an alias of the source names.</summary>
    public string DataFolderOf(string revision) => File.ReadAllText(Path.Combine(PathOf("src"), "xo-vm-backups", _vm, revision)) + "/blocks/";

    /// <summary>Cuts a block file of the source in half.</summary>
    public void Cut()
    {
        using var file = File.OpenWrite(Bulk("src")[0]);
        file.SetLength(file.Length / 2);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var remote in _remotes)
        {
            await remote.DisposeAsync();
        }

        _folder.Dispose();
    }

    public string[] Bulk(string name) =>
    [
        .. Directory.EnumerateFiles(PathOf(name), "*", SearchOption.AllDirectories)
            .Where(static file => file.Contains("/blocks/", StringComparison.Ordinal) || file.EndsWith(".xva", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal),
    ];

    private MirrorJob Job(PassThroughCheck check, bool readsBack, int retention, DigestAlgorithm digest = default)
    {
        var isFull = _vm == Zstandard;
        var job = new MirrorJob("pass")
        {
            Source = Source,
            Mode = isFull ? BackupMode.Full : BackupMode.Incremental,
            PassThroughCheck = check,
            CheckLastTransferred = readsBack,
            Digest = digest,
        };
        _destinations.ForEach(destination => job.Destinations.Add(destination with { Retention = RetentionPolicy.KeepLast(retention) }));
        return job;
    }

    private async Task<BlockTrafficRemote> OpenRemoteAsync(string name, string? key, Func<IRemote, IRemote>? wrap = null)
    {
        IRemote storage = LocalRemote.Open(PathOf(name));
        if (key is not null)
        {
            using var secret = EncryptionKey.FromText(key);
            storage = await RepositoryEncryption.OpenAsync(storage, secret, null, Cancellation);
        }

        var remote = new BlockTrafficRemote(wrap?.Invoke(storage) ?? storage);
        _remotes.Add(remote);
        return remote;
    }
}
