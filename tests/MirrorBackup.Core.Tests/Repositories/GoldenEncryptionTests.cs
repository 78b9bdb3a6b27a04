using System.Security.Cryptography;
using System.Text.Json.Nodes;
using MirrorBackup.Backups;
using MirrorBackup.Codecs.Encryption;
using MirrorBackup.Codecs.Encryption.Streaming;
using MirrorBackup.Golden;
using MirrorBackup.Mirroring;
using MirrorBackup.Remotes;
using MirrorBackup.Repositories;
using MirrorBackup.Retention;

namespace MirrorBackup.Tests.Repositories;

/// <summary>Remotes that Xen Orchestra encrypted.</summary>
public sealed class GoldenEncryptionTests : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<IRemote> _remotes = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("d1-enc-chacha20-delta")]
    [InlineData("d2-enc-chacha20-full")]
    [InlineData("d3-enc-aes256gcm-delta")]
    [InlineData("d4-enc-aes256gcm-full")]
    public async Task ReadAllAsync_EveryFile_IsAuthentic(string set)
    {
        var (remote, folder) = await OpenSetAsync(set);
        var files = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(folder, file)).ToArray();

        foreach (var file in files)
        {
            var stored = new FileInfo(Path.Combine(folder, file)).Length;
            var content = await remote.ReadAllAsync(RemotePath.Parse(file), int.MaxValue, Cancellation);
            Assert.Equal(file == "encryption.json" ? stored : stored - 28, content.Length);
        }

        Assert.InRange(files.Length, 5, int.MaxValue);
    }

    [Theory]
    [InlineData("d1-enc-chacha20-delta", EncryptionAlgorithm.ChaCha20Poly1305)]
    [InlineData("d2-enc-chacha20-full", EncryptionAlgorithm.ChaCha20Poly1305)]
    [InlineData("d3-enc-aes256gcm-delta", EncryptionAlgorithm.Aes256Gcm)]
    [InlineData("d4-enc-aes256gcm-full", EncryptionAlgorithm.Aes256Gcm)]
    public async Task StreamingCiphers_EveryFile_IsAuthenticAndTheSame(string set, EncryptionAlgorithm algorithm)
    {
        var (remote, folder) = await OpenSetAsync(set);
        using var key = EncryptionKey.FromText(GoldenData.EncryptionKey);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(folder, "xo-vm-backups"), "*", SearchOption.AllDirectories))
        {
            var stored = await File.ReadAllBytesAsync(file, Cancellation);
            var expected = await remote.ReadAllAsync(RemotePath.Parse(Path.GetRelativePath(folder, file)), int.MaxValue, Cancellation);
            foreach (var source in CipherSources.Native.Where(source => source.Works(algorithm)).Append(CipherSources.Managed))
            {
                using var cipher = StreamingCipher.Create(source, algorithm, key, stored.AsSpan(0, 12), encrypts: false);
                var clear = new byte[stored.Length - 28];
                cipher.Transform(stored.AsSpan(12, clear.Length), clear);
                Assert.True(cipher.Verify(stored.AsSpan(stored.Length - 16)), file);
                Assert.Equal(expected, clear);
            }
        }
    }

    [Theory]
    [InlineData("d2-enc-chacha20-full")]
    [InlineData("d4-enc-aes256gcm-full")]
    public async Task Archives_OfTheSet_HaveTheHashesOfTheManifestAndVerify(string set)
    {
        var (remote, _) = await OpenSetAsync(set);
        var repository = await BackupRepository.OpenAsync(remote, cancellationToken: Cancellation);

        var digests = await DigestsAsync(repository);
        var report = await RepositoryVerifier.VerifyAsync(repository, cancellationToken: Cancellation);

        Assert.NotEmpty(digests);
        Assert.Subset(Manifest(set), digests.ToHashSet());
        Assert.Equal(digests.Count, Manifest(set).Count(line => digests.Any(digest => digest.Split(' ')[0] == line.Split(' ')[0])));
        Assert.Empty(report.Findings);
    }

    [Theory]
    [InlineData(null, EncryptionAlgorithm.ChaCha20Poly1305)]
    [InlineData(null, EncryptionAlgorithm.Aes256Gcm)]
    [InlineData("d2-enc-chacha20-full", null)]
    [InlineData("d2-enc-chacha20-full", EncryptionAlgorithm.Aes256Gcm)]
    [InlineData("d4-enc-aes256gcm-full", null)]
    [InlineData("d4-enc-aes256gcm-full", EncryptionAlgorithm.ChaCha20Poly1305)]
    public async Task Mirror_ArchivesAcrossCiphers_KeepTheirContent(string? set, EncryptionAlgorithm? algorithm)
    {
        var source = set is null ? OpenClear("b1-mirror-full") : (await OpenSetAsync(set)).Remote;
        var destination = await OpenDestinationAsync(algorithm);

        var report = await MirrorAsync(source, destination);

        Assert.True(report.IsSuccess, MirrorReportJson.Write(report));
        var digests = await DigestsAsync(await BackupRepository.OpenAsync(destination, cancellationToken: Cancellation));
        Assert.NotEmpty(digests);
        Assert.Equal(await DigestsAsync(await BackupRepository.OpenAsync(source, cancellationToken: Cancellation)), digests);
        Assert.Equal(algorithm is null, Directory.EnumerateFiles(_folder["destination"], "*.checksum", SearchOption.AllDirectories).Any());
        Assert.Empty((await RepositoryVerifier.VerifyAsync(await BackupRepository.OpenAsync(destination, cancellationToken: Cancellation), cancellationToken: Cancellation)).Findings);
    }

    [Fact]
    public async Task Mirror_TamperedArchive_IsCommittedNowhereAndTheOthersGoOn()
    {
        var (source, folder) = await OpenSetAsync("d2-enc-chacha20-full");
        var tampered = Directory.EnumerateFiles(folder, "*.xva", SearchOption.AllDirectories).Order(StringComparer.Ordinal).First();
        var bytes = await File.ReadAllBytesAsync(tampered, Cancellation);
        bytes[bytes.Length / 2] ^= 4;
        await File.WriteAllBytesAsync(tampered, bytes, Cancellation);
        var destination = await OpenDestinationAsync(null);

        var report = await MirrorAsync(source, destination);

        var arrived = Directory.EnumerateFiles(_folder["destination"], "*.xva", SearchOption.AllDirectories).Select(Path.GetFileName).ToArray();
        Assert.False(report.IsSuccess);
        Assert.False(File.Exists(Path.Combine(_folder["destination"], Path.GetRelativePath(folder, tampered))));
        Assert.NotEmpty(arrived);
    }

    [Theory]
    [InlineData("ok", null)]
    [InlineData("tampered-block", "not authentic")]
    [InlineData("tampered-tag", "not authentic")]
    [InlineData("tampered-json", "not authentic")]
    [InlineData("tampered-header", "not authentic")]
    public async Task ReadAllAsync_TamperedFile_IsNamed(string fault, string? message)
    {
        var faults = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(GoldenData.Root, "faults.json"), Cancellation))!.AsArray();
        var vm = (string)faults.Single(item => (string)item!["set"]! == "f3-faults-encrypted" && (string)item["case"]! == fault)!["vm"]!;
        var (remote, folder) = await OpenSetAsync("f3-faults-encrypted");
        var failures = new List<IntegrityException>();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(folder, "xo-vm-backups", vm), "*", SearchOption.AllDirectories))
        {
            try
            {
                await remote.ReadAllAsync(RemotePath.Parse(Path.GetRelativePath(folder, file)), int.MaxValue, Cancellation);
            }
            catch (IntegrityException failure)
            {
                failures.Add(failure);
            }
        }

        Assert.Equal(message is null ? 0 : 1, failures.Count);
        Assert.All(failures, failure => Assert.Contains($"{failure.Path} of {remote.Name} is {message}", failure.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task LoadAsync_TamperedMetadata_IsAProblemThatPreventsRetiring()
    {
        var faults = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(GoldenData.Root, "faults.json"), Cancellation))!.AsArray();
        var vm = (string)faults.Single(item => (string)item!["case"]! == "tampered-json")!["vm"]!;
        var repository = await BackupRepository.OpenAsync((await OpenSetAsync("f3-faults-encrypted")).Remote, new BackupRepositoryOptions { MayUseCache = false }, Cancellation);

        var catalogue = await repository.LoadAsync(vm, Cancellation);

        var problem = Assert.Single(catalogue.Problems, static problem => problem.Kind == ChainProblemKind.UnreadableMetadata);
        Assert.Contains("not authentic", problem.Message, StringComparison.Ordinal);
        Assert.True(problem.PreventsRetiring);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var remote in _remotes)
        {
            await remote.DisposeAsync();
        }

        _folder.Dispose();
    }

    private static Task<MirrorReport> MirrorAsync(IRemote source, IRemote destination)
    {
        var job = new MirrorJob("encrypted") { Source = source, Mode = BackupMode.Full, Destinations = { new MirrorDestination(destination, RetentionPolicy.KeepLast(10)) } };
        return new MirrorRunner().RunAsync(job, null, Cancellation);
    }

    private static HashSet<string> Manifest(string set) =>
    [
        .. from vm in JsonNode.Parse(File.ReadAllText(Path.Combine(GoldenData.Root, "manifest.json")))![set]!.AsArray()
           from point in vm["points"]!.AsArray()
           select $"{vm["uuid"]} {point["timestamp"]} {point["length"]} {point["truthSha256"]}",
    ];

    private static async Task<List<string>> DigestsAsync(BackupRepository repository)
    {
        var digests = new List<string>();
        await foreach (var digest in RepositoryDigest.ComputeAsync(repository, null, Cancellation))
        {
            digests.Add($"{digest.Vm} {digest.Timestamp} {digest.VirtualSize} {digest.Sha256 ?? digest.Error}");
        }

        return digests;
    }

    private LocalRemote OpenClear(string set)
    {
        GoldenData.UnpackSet(set, Directory.CreateDirectory(_folder[set]).FullName);
        return Keep(LocalRemote.Open(_folder[set]));
    }

    private async Task<(IRemote Remote, string Folder)> OpenSetAsync(string set)
    {
        using var key = EncryptionKey.FromText(GoldenData.EncryptionKey);
        return (Keep(await RepositoryEncryption.OpenAsync(OpenClear(set), key, null, Cancellation)), _folder[set]);
    }

    private async Task<IRemote> OpenDestinationAsync(EncryptionAlgorithm? algorithm)
    {
        var storage = LocalRemote.Open(Directory.CreateDirectory(_folder["destination"]).FullName);
        if (algorithm is not { } wanted)
        {
            return Keep(storage);
        }

        using var key = EncryptionKey.FromBytes(RandomNumberGenerator.GetBytes(32));
        return Keep(await RepositoryEncryption.OpenAsync(storage, key, new EncryptionOptions { Algorithm = wanted }, Cancellation));
    }

    private TRemote Keep<TRemote>(TRemote remote)
        where TRemote : IRemote
    {
        _remotes.Add(remote);
        return remote;
    }
}
