using MirrorBackup.Backups;
using MirrorBackup.Golden;
using MirrorBackup.Mirroring;
using MirrorBackup.Remotes;
using MirrorBackup.Transfer;

namespace MirrorBackup.Tests.Mirroring;

/// <summary>What a health check compares is made with the algorithm that the job names, whatever way the bytes took.</summary>
public sealed class HealthCheckDigestTests
{
    private const string OtherKey = "fedcba9876543210FEDCBA9876543210";
    private const int Sha256Digits = 64;

    public static TheoryData<string, string, StorageKind, string?, PassThroughCheck> Ways { get; } = new()
    {
        { "a-src-delta-vhd", PassThroughWorld.Rolled, StorageKind.VhdFile, null, default },
        { "a-src-delta-vhd", PassThroughWorld.Rolled, StorageKind.VhdDirectory, null, default },
        { "c1-mirror-vhddir-brotli", PassThroughWorld.Rolled, StorageKind.VhdDirectory, null, default },
        { "c1-mirror-vhddir-brotli", PassThroughWorld.Rolled, StorageKind.VhdDirectory, null, PassThroughCheck.Never },
        { "d1-enc-chacha20-delta", PassThroughWorld.Rolled, StorageKind.VhdDirectory, GoldenData.EncryptionKey, default },
        { "b-src-full-xva", PassThroughWorld.Zstandard, StorageKind.VhdFile, null, default },
        { "d2-enc-chacha20-full", PassThroughWorld.Zstandard, StorageKind.VhdFile, GoldenData.EncryptionKey, default },
        { "d2-enc-chacha20-full", PassThroughWorld.Zstandard, StorageKind.VhdFile, OtherKey, default },
        { "d2-enc-chacha20-full", PassThroughWorld.Zstandard, StorageKind.VhdFile, null, default },
    };

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Mirror_ReadBackWithSha256_FindsWhatWasSent(string set, string vm, StorageKind kind, string? key, PassThroughCheck check)
    {
        await using var world = await PassThroughWorld.OpenAsync(set, vm);
        await AddAsync(world, kind, key);

        var report = await world.MirrorAsync(check, digest: DigestAlgorithm.Sha256);

        Assert.True(report.IsSuccess, MirrorReportJson.Write(report));
        Assert.Equal(MirrorOutcome.Succeeded, report.Vms[0].Destinations[0].HealthCheck?.Outcome);
        await world.AssertContentAsync("dst");
    }

    [Theory]
    [InlineData("a-src-delta-vhd", PassThroughWorld.Rolled, null, DigestAlgorithm.XxHash128, "xxhash128:")]
    [InlineData("a-src-delta-vhd", PassThroughWorld.Rolled, null, DigestAlgorithm.Sha256, "sha256:")]
    [InlineData("d2-enc-chacha20-full", PassThroughWorld.Zstandard, OtherKey, DigestAlgorithm.Sha256, "")]
    public async Task Mirror_ReadsBackOtherBytes_SaysBothDigestsByTheAlgorithm(string set, string vm, string? key, DigestAlgorithm algorithm, string name)
    {
        await using var world = await PassThroughWorld.OpenAsync(set, vm);
        await AddAsync(world, StorageKind.VhdFile, key, static remote => new FaultyRemote(remote) { AfterRead = FlipBit });

        var report = await world.MirrorAsync(digest: algorithm);

        var check = report.Vms[0].Destinations[0].HealthCheck!;
        Assert.Equal((MirrorOutcome.Failed, ErrorCodes.ChecksumMismatch), (check.Outcome, check.Error!.Code));
        var digits = algorithm == DigestAlgorithm.Sha256 ? Sha256Digits : Sha256Digits / 2;
        Assert.Matches($"the digest {name}[0-9a-f]{{{digits}}}[/0-9]*; {name}[0-9a-f]{{{digits}}}[/0-9]* was sent", check.Error.Message);
    }

    [Fact]
    public async Task Mirror_UnknownAlgorithm_IsRefusedBeforeAnythingIsWritten()
    {
        await using var world = await PassThroughWorld.OpenAsync("a-src-delta-vhd");
        await AddAsync(world, StorageKind.VhdFile, null);

        var error = await Assert.ThrowsAsync<MirrorBackupException>(() => world.MirrorAsync(digest: (DigestAlgorithm)2));

        Assert.Equal(ErrorCodes.InvalidJob, error.Code);
        Assert.Contains("Digest is 2", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(world.PathOf("dst")));
    }

    private static async Task AddAsync(PassThroughWorld world, StorageKind kind, string? key, Func<IRemote, IRemote>? wrap = null) =>
        await world.AddAsync("dst", kind == StorageKind.VhdFile ? StorageForm.VhdFile : StorageForm.VhdDirectory(BlockCodec.Brotli), key, wrap);

    // In the middle of blocks and of what archives hold, not where either is looked at when it is opened.
    private static void FlipBit(RemotePath path, long offset, Memory<byte> bytes)
    {
        if (bytes.Length > (path.Value.EndsWith(".xva", StringComparison.Ordinal) ? 1 << 11 : 1 << 16))
        {
            bytes.Span[bytes.Length / 2] ^= 1;
        }
    }
}
