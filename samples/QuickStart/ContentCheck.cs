using MirrorBackup.Remotes;
using MirrorBackup.Repositories;
using Spectre.Console;

namespace MirrorBackup.QuickStart;

/// <summary>Reads everything back: each disk at each restore point of the mirror must have the digest that it has at the source.</summary>
internal static class ContentCheck
{
    /// <summary>Compares.</summary>
    /// <returns>Whether the mirror holds something, and all of it is what the source holds.</returns>
    public static async Task<bool> RunAsync(IRemote source, IRemote mirror, CancellationToken cancellationToken)
    {
        AnsiConsole.Write(new Rule("SHA-256 of every disk and archive").LeftJustified());
        var expected = new Dictionary<(string Vm, long Timestamp, string? Disk), string?>();
        await foreach (var digest in DigestsAsync(source, cancellationToken))
        {
            expected[(digest.Vm, digest.Timestamp, digest.Disk)] = digest.Sha256;
        }

        var isGood = false;
        await foreach (var digest in DigestsAsync(mirror, cancellationToken))
        {
            var isEqual = digest.Sha256 is not null && expected.GetValueOrDefault((digest.Vm, digest.Timestamp, digest.Disk)) == digest.Sha256;
            Console.WriteLine($"{digest.Vm[..8]}  {Path.GetFileName(digest.Path)}  {digest.Sha256?[..16] ?? digest.Error}  {(isEqual ? "as at the source" : "DIFFERS")}");
            if (!isEqual)
            {
                return false;
            }

            isGood = true;
        }

        return isGood;
    }

    private static async IAsyncEnumerable<PointDigest> DigestsAsync(
        IRemote remote, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var repository = await BackupRepository.OpenAsync(remote, cancellationToken: cancellationToken);
        await foreach (var digest in RepositoryDigest.ComputeAsync(repository, cancellationToken: cancellationToken))
        {
            yield return digest;
        }
    }
}
