using MirrorBackup.Backups;
using MirrorBackup.Codecs.Encryption;
using MirrorBackup.Fuzzing.Engine;
using MirrorBackup.Golden;
using MirrorBackup.Remotes;
using MirrorBackup.Repositories;

namespace MirrorBackup.Fuzzing.Targets;

/// <summary>A whole repository with one damaged file: it is listed, verified and digested.</summary>
internal sealed class RepositoryTarget : DamagedRepositoryTarget
{
    private const long MaximumDigested = 64 << 20;

    public override string Name => "repository";

    public override int Iterations => 100;

    public override IReadOnlyList<string> Names => ["The remote memory"];

    protected override IReadOnlyList<GoldenRepository> Corpus => GoldenRepository.Whole;

    protected override async Task ReadAsync(GoldenRepository golden, MemoryRemote storage, CancellationToken cancellationToken)
    {
        using var key = EncryptionKey.FromText(GoldenData.EncryptionKey);
        await using var remote = await RepositoryEncryption.OpenAsync(new ReadOnlyRemote(storage), golden.IsEncrypted ? key : null, null, cancellationToken);
        var repository = await BackupRepository.OpenAsync(remote, null, cancellationToken);
        var canDigest = true;
        foreach (var vm in await repository.ListVmsAsync(cancellationToken))
        {
            var catalogue = await repository.LoadAsync(vm, cancellationToken);
            FuzzAssertionException.ThrowUnless(catalogue.Problems.All(static problem => problem.Message.Length is > 0 and < 4096), "a problem without words");
            canDigest &= catalogue.Chain(BackupMode.Incremental).Revisions.Sum(static revision => Math.Min(revision.VirtualSize, MaximumDigested)) < MaximumDigested;
        }

        var report = await RepositoryVerifier.VerifyAsync(repository, null, null, cancellationToken);
        FuzzAssertionException.ThrowUnless(report.IntactPointCount <= report.PointCount, "more points are intact than there are");
        FuzzAssertionException.ThrowUnless(report.Findings.All(static finding => finding.Message.Length is > 0 and < 4096), "a finding without words");
        await foreach (var digest in canDigest ? RepositoryDigest.ComputeAsync(repository, null, cancellationToken) : AsyncEnumerable.Empty<PointDigest>())
        {
            FuzzAssertionException.ThrowUnless(digest.Sha256 is null != digest.Error is null, "a digest and an error, or neither");
        }
    }
}
