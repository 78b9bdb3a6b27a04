using System.Text.Json.Nodes;
using MirrorBackup.Backups;
using MirrorBackup.Golden;
using MirrorBackup.Remotes;
using MirrorBackup.Repositories;

namespace MirrorBackup.Tests.Repositories;

public sealed class RepositoryDigestTests
{
    [Theory]
    [InlineData("a-src-delta-vhd", null)]
    [InlineData("c0-mirror-vhd-file", "db")]
    [InlineData("b-src-full-xva", null)]
    [InlineData("b1-mirror-full", "appgz")]
    [InlineData("c1-mirror-vhddir-brotli", null)]
    [InlineData("c2-vhddir-gzip", null)]
    [InlineData("c3-vhddir-uncompressed", null)]
    public async Task ComputeAsync_GoldenRepository_GivesTheHashesOfTheManifest(string set, string? leftOut)
    {
        using var folder = new TemporaryFolder();
        GoldenData.UnpackSet(set, folder.Path);
        await using var remote = LocalRemote.Open(folder.Path, new LocalRemoteOptions { IsReadOnly = true });

        var digests = await DigestAsync(await BackupRepository.OpenAsync(remote, cancellationToken: TestContext.Current.CancellationToken));

        var manifest = JsonNode.Parse(File.ReadAllText(Path.Combine(GoldenData.Root, "manifest.json")))![set]!.AsArray();
        var expected =
            from vm in manifest
            where (string?)vm["name"] != leftOut
            from point in vm["points"]!.AsArray()
            from line in Expected(vm, point)
            select line;
        Assert.All(digests, static digest => Assert.Null(digest.Error));
        Assert.Equal(expected.Order(StringComparer.Ordinal), digests.Select(Line).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("f1-faults-vhd-file", "broken-footer-middle", "ok,ok,error,error")]
    [InlineData("f1-faults-vhd-file", "missing-key", "error,error,error,error")]
    [InlineData("f1-faults-vhd-file", "wrong-parent-uuid", "ok,ok,error,error")]
    [InlineData("f2-faults-vhd-dir", "missing-block", "error,ok,ok,ok")] // Each later point has a newer version of the block.
    [InlineData("f2-faults-vhd-dir", "extra-block", "ok,ok,ok,ok")]
    [InlineData("f2-faults-vhd-dir", "alias-empty", "ok,ok,ok,error")]
    [InlineData("f4-faults-full", "xva-truncated", "ok,error,ok")]
    [InlineData("f4-faults-full", "xva-missing", "ok,error,ok")]
    public async Task ComputeAsync_DamagedPoint_IsAnErrorAndTheOthersGoOn(string set, string fault, string expected)
    {
        await using var opened = await GoldenFaults.OpenAsync(set, fault, TestContext.Current.CancellationToken);

        var digests = await DigestAsync(opened.Repository);

        Assert.Equal(expected, string.Join(',', digests.Select(static digest => digest.Error is null ? "ok" : "error")));
        Assert.All(digests, static digest => Assert.NotEqual(digest.Error is null, digest.Sha256 is null));
    }

    private static async Task<List<PointDigest>> DigestAsync(BackupRepository repository)
    {
        var digests = new List<PointDigest>();
        await foreach (var digest in RepositoryDigest.ComputeAsync(repository, null, TestContext.Current.CancellationToken))
        {
            digests.Add(digest);
        }

        return digests;
    }

    private static IEnumerable<string> Expected(JsonNode vm, JsonNode point) => (string)point["mode"]! == "full"
        ? [$"{vm["uuid"]} {point["timestamp"]} Full  {point["length"]} {point["truthSha256"]}"]
        : point["disks"]!.AsArray().Select(disk =>
            $"{vm["uuid"]} {point["timestamp"]} Incremental {disk!["vdiUuid"]} {disk["virtualSize"]} {disk["truthSha256"]}");

    private static string Line(PointDigest digest) =>
        $"{digest.Vm} {digest.Timestamp} {digest.Mode} {digest.Disk} {digest.VirtualSize} {digest.Sha256}";
}
