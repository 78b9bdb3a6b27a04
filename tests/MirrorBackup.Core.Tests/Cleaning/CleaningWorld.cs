using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using MirrorBackup.Codecs.Encryption;
using MirrorBackup.Golden;
using MirrorBackup.Remotes;
using MirrorBackup.Repositories;
using MirrorBackup.Repositories.Cleaning;
using MirrorBackup.Tests.Repositories;

namespace MirrorBackup.Tests.Cleaning;

/// <summary>A repository in a folder of its own that is cleaned, days after everything in it was written.</summary>
internal sealed class CleaningWorld : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _root;
    private IRemote? _remote;

    private CleaningWorld(string side, string vm)
    {
        _root = _folder[side];
        Vm = vm;
    }

    public string Vm { get; }

    public FakeTimeProvider Time { get; } = new(DateTimeOffset.UtcNow.AddDays(3));

    public WatchedRemote Remote { get; private set; } = null!;

    public BackupRepository Repository { get; private set; } = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>A damaged VM of the golden sets <c>f1</c> to <c>f4</c>.</summary>
    public static async Task<CleaningWorld> OfFaultAsync(string set, string fault)
    {
        var world = new CleaningWorld("", (string)FaultsOf(set, fault)["vm"]!);
        GoldenData.UnpackSet(set, world._root, world.Vm);
        await world.OpenAsync();
        return world;
    }

    /// <summary>A side of a state of a scenario.</summary>
    public static async Task<CleaningWorld> OfStateAsync(string scenario, int step, string side)
    {
        var world = new CleaningWorld(side, GoldenScenario.Load(scenario).Vm);
        GoldenData.UnpackState(scenario, step, world._folder.Path);
        Directory.CreateDirectory(world._root);
        await world.OpenAsync();
        return world;
    }

    public static JsonNode FaultsOf(string set, string fault) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(GoldenData.Root, "faults.json")))!.AsArray()
            .Single(item => (string)item!["set"]! == set && (string)item["case"]! == fault)!;

    /// <summary>A file of the VM's folder.</summary>
    public string Local(string relative) => Path.Combine(_root, "xo-vm-backups", Vm, relative);

    /// <summary>A file of the remote.</summary>
    public string FromRoot(string relative) => Path.Combine(_root, relative);

    /// <summary>The one file or directory of this name, relative to the folder of the VM.</summary>
    public string Find(string name) =>
        Path.GetRelativePath(Local(""), Directory.EnumerateFileSystemEntries(Local(""), name, SearchOption.AllDirectories).Single());

    public async Task<ImmutableArray<CleaningFinding>> CleanAsync(CleaningOptions? options = null) =>
        (await Repository.CleanAsync(options ?? new CleaningOptions { Repair = true }, null, Token)).Findings;

    public Task<ImmutableArray<CleaningFinding>> ReportAsync() => CleanAsync(new CleaningOptions());

    /// <summary>What can be restored: the digests of disks and archives, by instant and live disk.</summary>
    public async Task<Dictionary<(long Timestamp, string Disk), string>> DigestsAsync()
    {
        var digests = new Dictionary<(long, string), string>();
        await foreach (var digest in RepositoryDigest.ComputeAsync(Repository, [Vm], Token))
        {
            if (digest.Sha256 is { } hash)
            {
                digests[(digest.Timestamp, digest.Disk ?? "archive")] = hash;
            }
        }

        return digests;
    }

    /// <summary>Every file with a hash of its bytes, every directory.</summary>
    public string[] Tree() =>
    [
        .. Directory.EnumerateFileSystemEntries(_root, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(_root, path) + (Directory.Exists(path) ? "/" : " " + HashOf(path)))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Lets everything that is there now be as old as the rest.</summary>
    public void Grow() => Time.Advance(TimeSpan.FromDays(3));

    public async ValueTask DisposeAsync()
    {
        await Remote.DisposeAsync();
        _folder.Dispose();
    }

    private async Task OpenAsync()
    {
        _remote = LocalRemote.Open(_root);
        if (File.Exists(Path.Combine(_root, "encryption.json")))
        {
            using var key = EncryptionKey.FromText(GoldenData.EncryptionKey);
            _remote = await RepositoryEncryption.OpenAsync(_remote, key, null, Token);
        }

        Remote = new WatchedRemote(_remote);
        Repository = await BackupRepository.OpenAsync(Remote, new BackupRepositoryOptions { TimeProvider = Time }, Token);
    }

    private static string HashOf(string file)
    {
        using var stream = File.OpenRead(file);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
