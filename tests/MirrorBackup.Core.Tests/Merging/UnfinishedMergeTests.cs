using MirrorBackup.Golden;
using MirrorBackup.Mirroring;
using MirrorBackup.Remotes;
using MirrorBackup.Repositories;
using MirrorBackup.Retention;

namespace MirrorBackup.Tests.Merging;

/// <summary>Repositories that the real engine left in the middle of a merge: read, verified and mirrored as they are.</summary>
public sealed class UnfinishedMergeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static TheoryData<string> Scenarios =>
    [
        "interrupted-merge-file-blocks", "interrupted-merge-file-cleanup", "interrupted-merge-file-after-rename",
        "interrupted-merge-dir-blocks", "interrupted-merge-dir-cleanup",
    ];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task VerifyAsync_UnfinishedMerge_FindsNothingButTheMerge(string scenario)
    {
        GoldenData.UnpackState(scenario, 4, _folder.Path);
        await using var remote = LocalRemote.Open(_folder["dst"], new LocalRemoteOptions { IsReadOnly = true });
        var repository = await BackupRepository.OpenAsync(remote, cancellationToken: Cancelled);

        var report = await RepositoryVerifier.VerifyAsync(repository, cancellationToken: Cancelled);

        Assert.DoesNotContain(report.Findings, static finding => finding.Severity == FindingSeverity.Error);
        Assert.Contains(report.Findings, static finding => finding.Kind == FindingKind.UnfinishedMerge);
        Assert.Equal((4, 4), (report.PointCount, report.IntactPointCount));
        await AssertTruthAsync(scenario, repository);
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task RunAsync_SourceWithAnUnfinishedMerge_MirrorsItsTrueContentAndLeavesIt(string scenario)
    {
        GoldenData.UnpackState(scenario, 4, _folder.Path);
        Directory.CreateDirectory(_folder["copy"]);
        await using var source = LocalRemote.Open(_folder["dst"], new LocalRemoteOptions { Name = "source" });
        await using var copy = LocalRemote.Open(_folder["copy"], new LocalRemoteOptions { Name = "copy" });
        var job = new MirrorJob("unfinished") { Source = source };
        job.Destinations.Add(new MirrorDestination(copy, RetentionPolicy.KeepLast(10)));

        var report = await new MirrorRunner().RunAsync(job, cancellationToken: Cancelled);

        Assert.Equal(MirrorOutcome.Succeeded, report.Outcome);
        await AssertTruthAsync(scenario, await BackupRepository.OpenAsync(copy, cancellationToken: Cancelled));
        Assert.Single(Directory.EnumerateFiles(_folder["dst"], "*.merge.json", SearchOption.AllDirectories));
    }

    private static async Task AssertTruthAsync(string scenario, BackupRepository repository)
    {
        var golden = GoldenScenario.Load(scenario);
        var count = 0;
        await foreach (var digest in RepositoryDigest.ComputeAsync(repository, null, Cancelled))
        {
            Assert.Null(digest.Error);
            Assert.Equal(golden.TruthOf(digest.Timestamp, "delta").Single().Value, digest.Sha256);
            count++;
        }

        Assert.Equal(4, count);
    }
}
