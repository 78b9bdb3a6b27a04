using MirrorBackup.Backups;
using MirrorBackup.Golden;
using MirrorBackup.Remotes;
using MirrorBackup.Repositories;

namespace MirrorBackup.Crash.Tests.Stored;

/// <summary>What a destination holds: the points that it lists, all of them read and right, and what no finished run leaves.</summary>
/// <param name="Letters">The listed points by time, upper case.</param>
/// <param name="Leftovers">Files and folders that belong to no listed point, relative to the root.</param>
internal sealed record StoredState(string Letters, IReadOnlyList<string> Leftovers)
{
    /// <summary>Reads every listed point, and fails where one is not what it truly was.</summary>
    /// <param name="remote">The destination.</param>
    /// <param name="root">Its folder.</param>
    /// <param name="scenario">Knows the truth.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public static async Task<StoredState> ReadAsync(IRemote remote, string root, GoldenScenario scenario, CancellationToken cancellationToken)
    {
        var repository = await BackupRepository.OpenAsync(remote, null, cancellationToken);
        await foreach (var found in RepositoryDigest.ComputeAsync(repository, cancellationToken: cancellationToken))
        {
            Assert.True(found.Error is null, $"{remote.Name} lists {found.Path}, which cannot be read: {found.Error}\n{Describe(root)}");
            var truth = scenario.TruthOf(found.Timestamp, found.Mode == BackupMode.Full ? "full" : "delta");
            Assert.True(
                truth[found.Disk ?? "archive"] == found.Sha256,
                $"{remote.Name} lists {found.Path}, which has another content than it had: {found.Sha256}\n{Describe(root)}");
        }

        var catalogue = await repository.LoadAsync(scenario.Vm, cancellationToken);
        return new StoredState(
            string.Concat(catalogue.Points.Select(point => scenario.LetterOf(point.Point.Id.Timestamp))),
            [
                .. catalogue.Problems.Select(static problem => problem.Message),
                .. catalogue.StrayFiles.Select(static stray => $"{stray.Path} ({stray.Kind})"),
                .. Unlisted(catalogue),
                .. Unfinished(root),
            ]);
    }

    private static IEnumerable<string> Unlisted(VmCatalogue catalogue) =>
        from mode in Enum.GetValues<BackupMode>()
        let chain = catalogue.Chain(mode)
        let listed = chain.Points.SelectMany(static point => point.Disks).Select(static disk => disk.Path).ToHashSet()
        from revision in chain.Revisions
        where !listed.Contains(revision.Path)
        select $"{revision.Path} (unlisted)";

    private static IEnumerable<string> Unfinished(string root) =>
        from path in Directory.EnumerateFileSystemEntries(root, "*", SearchOption.AllDirectories)
        let name = Path.GetFileName(path)
        where (name.StartsWith('.') && name != ".mirrorbackup")
            || name.EndsWith(".lock", StringComparison.Ordinal)
            || (File.Exists(path) && path.Contains("/.mirrorbackup/transfers/", StringComparison.Ordinal))
        select Path.GetRelativePath(root, path);

    private static string Describe(string root) => string.Join(
        '\n',
        new DirectoryInfo(root).EnumerateFiles("*", SearchOption.AllDirectories).Select(file => $"{file.Length,10} {Path.GetRelativePath(root, file.FullName)}").Order());
}
