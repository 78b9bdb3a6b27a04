using System.Collections.Immutable;

namespace MirrorBackup.Repositories;

/// <summary>
/// Checks everything that a repository holds: metadata, links, every block of every disk once, every byte of every archive with its checksum.
/// Nothing is written. Memory is constant; a fault is a finding, and the rest goes on.
/// </summary>
/// <remarks>
/// VHDs carry no checksum of their data: a block with altered content cannot be told from a good one, only one that cannot be read. In a compressed directory
/// gzip notices every change, Brotli most.
/// </remarks>
public static class RepositoryVerifier
{
    /// <summary>Verifies a repository.</summary>
    /// <param name="repository">The repository; only read.</param>
    /// <param name="vmIds">Only these VMs; <see langword="null"/> for all.</param>
    /// <param name="progress">Is told each VM when its verification begins.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>What was found.</returns>
    /// <exception cref="MirrorBackupException">The VMs of the repository cannot be listed.</exception>
    public static async Task<VerificationReport> VerifyAsync(
        BackupRepository repository,
        IReadOnlyCollection<string>? vmIds = null,
        IProgress<string>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(repository);
        var findings = ImmutableArray.CreateBuilder<VerificationFinding>();
        var report = new VerificationReport { Findings = [] };
        foreach (var vm in await repository.ListVmsAsync(cancellationToken).ConfigureAwait(false))
        {
            if (vmIds is not null && !vmIds.Contains(vm))
            {
                continue;
            }

            progress?.Report(vm);
            var verification = new VmVerification(repository, vm);
            await verification.RunAsync(cancellationToken).ConfigureAwait(false);
            findings.AddRange(verification.Findings);
            report = report with
            {
                VmCount = report.VmCount + 1,
                PointCount = report.PointCount + verification.PointCount,
                IntactPointCount = report.IntactPointCount + verification.IntactPointCount,
                BytesRead = report.BytesRead + verification.BytesRead,
            };
        }

        return report with { Findings = findings.ToImmutable() };
    }
}
