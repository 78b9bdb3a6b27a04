using System.CommandLine;
using MirrorBackup.Repositories;

namespace MirrorBackup.Cli;

/// <summary>A repository that a command reads; its remote is opened read-only and closed with it.</summary>
internal sealed class RepositoryAccess : IAsyncDisposable
{
    private RepositoryAccess(BackupRepository repository) => Repository = repository;

    /// <summary>The repository.</summary>
    public BackupRepository Repository { get; }

    /// <summary>The argument that names a repository.</summary>
    public static Argument<string> UrlArgument() => new("url") { Description = "Where the repository lies: file:///path, or a URL as Xen Orchestra stores it." };

    /// <summary>Opens a repository for reading.</summary>
    public static async Task<RepositoryAccess> OpenAsync(string url, CancellationToken cancellationToken)
    {
        var remote = await RemoteUrl.OpenReadOnlyAsync(url, cancellationToken);
        try
        {
            return new RepositoryAccess(await BackupRepository.OpenAsync(remote, cancellationToken: cancellationToken));
        }
        catch
        {
            await remote.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Repository.Remote.DisposeAsync();
}
