using MirrorBackup.Golden;
using MirrorBackup.Remotes;
using MirrorBackup.Repositories;
using MirrorBackup.Tests.Vhd;

namespace MirrorBackup.Tests.Repositories;

public sealed class RepositoryVerifierTests
{
    [Fact]
    public async Task VerifyAsync_TableClaimsManyBlocksThatAreNotThere_StopsCountingThem()
    {
        const int Blocks = 12_000;
        var token = TestContext.Current.CancellationToken;
        await using var remote = new MemoryRemote();
        var vm = RemotePath.Parse("xo-vm-backups/vm");
        var files = new VhdBytes { Size = Blocks * 2L * VhdBytes.MiB }.ToDirectory("none");
        files["bat"].AsSpan(0, Blocks / 8).Fill(0xFF);
        foreach (var (name, content) in files)
        {
            await remote.WriteAllAsync(vm / "vdis/j/d/data/20260105T010000Z.vhd" / name, content, default, token);
        }

        await remote.WriteAllAsync(vm / "vdis/j/d/20260105T010000Z.alias.vhd", "data/20260105T010000Z.vhd"u8.ToArray(), default, token);
        await remote.WriteAllAsync(
            vm / "20260105T010000Z.json", """{"mode":"delta","timestamp":1767574800000,"vhds":{"r":"vdis/j/d/20260105T010000Z.alias.vhd"}}"""u8.ToArray(), default, token);

        var report = await RepositoryVerifier.VerifyAsync(await BackupRepository.OpenAsync(remote, cancellationToken: token), cancellationToken: token);

        var finding = Assert.Single(report.Findings, static finding => finding.Kind == FindingKind.Content);
        Assert.Contains("blocks/0/0", finding.Message, StringComparison.Ordinal);
        Assert.EndsWith("It is the first of at least 10000 blocks that cannot be read; the others were not tried.", finding.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a-src-delta-vhd", 19)]
    [InlineData("c0-mirror-vhd-file", 14)]
    [InlineData("b-src-full-xva", 8)]
    [InlineData("b1-mirror-full", 5)]
    [InlineData("c1-mirror-vhddir-brotli", 14)]
    [InlineData("c2-vhddir-gzip", 7)]
    [InlineData("c3-vhddir-uncompressed", 10)]
    public async Task VerifyAsync_HealthyRepository_FindsNothing(string set, int points)
    {
        using var folder = new TemporaryFolder();
        GoldenData.UnpackSet(set, folder.Path);
        await using var remote = LocalRemote.Open(folder.Path, new LocalRemoteOptions { IsReadOnly = true });
        var repository = await BackupRepository.OpenAsync(remote, cancellationToken: TestContext.Current.CancellationToken);

        var report = await RepositoryVerifier.VerifyAsync(repository, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Empty(report.Findings);
        Assert.Equal((points, points, true), (report.PointCount, report.IntactPointCount, report.IsHealthy));
        Assert.InRange(report.BytesRead, 1, long.MaxValue);
    }

    [Theory]
    [InlineData("f1-faults-vhd-file", "ok", 4, "")]
    [InlineData("f1-faults-vhd-file", "broken-header-key", 0, "Error Unreadable")]
    [InlineData("f1-faults-vhd-file", "missing-vhd-middle", 1, "Error Unreadable,Error ChainLink")]
    [InlineData("f1-faults-vhd-file", "wrong-parent-uuid", 2, "Error ChainLink")]
    [InlineData("f1-faults-vhd-file", "broken-json", 3, "Error Metadata,Warning Cache")]
    [InlineData("f1-faults-vhd-file", "stale-cache-missing", 4, "Warning Cache")]
    [InlineData("f1-faults-vhd-file", "broken-cache", 4, "")]
    [InlineData("f1-faults-vhd-file", "two-children", 4, "Warning Ambiguous,Information Unlisted")]
    [InlineData("f1-faults-vhd-file", "dup-uuid", 4, "Warning Ambiguous,Information Leftover")]
    [InlineData("f1-faults-vhd-file", "orphan-vhd-tail", 3, "Information Unlisted")]
    [InlineData("f1-faults-vhd-file", "orphan-vhd-head", 3, "")]
    [InlineData("f1-faults-vhd-file", "orphan-merge-state", 4, "Warning UnfinishedMerge")]
    [InlineData("f1-faults-vhd-file", "tmp-files", 4, "Information Leftover,Information Foreign")]
    [InlineData("f2-faults-vhd-dir", "ok", 4, "")]
    [InlineData("f2-faults-vhd-dir", "alias-missing-target", 3, "Error Unreadable")]
    [InlineData("f2-faults-vhd-dir", "alias-missing", 3, "Error Unreadable,Information Leftover")]
    [InlineData("f2-faults-vhd-dir", "alias-empty", 3, "Error Unreadable,Information Leftover")]
    [InlineData("f2-faults-vhd-dir", "alias-to-alias", 3, "Error Unreadable,Information Leftover")]
    [InlineData("f2-faults-vhd-dir", "alias-wrong-target", 3, "Error Unreadable,Information Leftover,Information Foreign")]
    [InlineData("f2-faults-vhd-dir", "alias-too-big", 3, "Error Unreadable,Information Leftover")]
    [InlineData("f2-faults-vhd-dir", "missing-header", 1, "Error Unreadable")]
    [InlineData("f2-faults-vhd-dir", "missing-bat", 1, "Error Unreadable")]
    [InlineData("f2-faults-vhd-dir", "missing-filters", 1, "Error Unreadable")]
    [InlineData("f2-faults-vhd-dir", "missing-block", 0, "Error Content")]
    [InlineData("f2-faults-vhd-dir", "broken-block", 0, "Error Content")]
    [InlineData("f2-faults-vhd-dir", "extra-block", 4, "Information Leftover")]
    [InlineData("f2-faults-vhd-dir", "orphan-data", 4, "Information Leftover")]
    [InlineData("f2-faults-vhd-dir", "dir-without-alias", 4, "Information Leftover")]
    [InlineData("f2-faults-vhd-dir", "orphan-head", 3, "")]
    [InlineData("f2-faults-vhd-dir", "orphan-head3", 2, "")]
    [InlineData("f4-faults-full", "xva-missing", 2, "Error Unreadable,Information Leftover")]
    [InlineData("f4-faults-full", "xva-truncated", 2, "Error Unreadable")]
    [InlineData("f4-faults-full", "xva-no-end", 2, "Error Unreadable")]
    [InlineData("f4-faults-full", "xva-bitflip", 2, "Error Content")]
    [InlineData("f4-faults-full", "checksum-wrong", 2, "Error Content")]
    [InlineData("f4-faults-full", "checksum-missing", 3, "Warning Description")]
    [InlineData("f4-faults-full", "json-missing", 2, "Information Unlisted")]
    [InlineData("f4-faults-full", "orphan-checksum", 2, "Information Leftover")]
    public async Task VerifyAsync_DamagedRepository_FindsWhatIsWrong(string set, string fault, int intactPoints, string findings)
    {
        await using var opened = await GoldenFaults.OpenAsync(set, fault, TestContext.Current.CancellationToken);

        var report = await RepositoryVerifier.VerifyAsync(opened.Repository, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(findings, string.Join(',', report.Findings.Select(static finding => $"{finding.Severity} {finding.Kind}").Distinct()));
        Assert.Equal(intactPoints, report.IntactPointCount);
        Assert.Equal(!findings.Contains("Error", StringComparison.Ordinal), report.IsHealthy);
    }
}
