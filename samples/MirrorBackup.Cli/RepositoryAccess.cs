using System.CommandLine;
using MirrorBackup.Repositories;

namespace MirrorBackup.Cli;

/// <summary>A repository that a command works on; its remote is closed with it.</summary>
internal sealed class RepositoryAccess : IAsyncDisposable
{
    private RepositoryAccess(BackupRepository repository) => Repository = repository;

    /// <summary>The repository.</summary>
    public BackupRepository Repository { get; }

    /// <summary>The argument that names a repository.</summary>
    public static Argument<string> UrlArgument() => new("url") { Description = "Where the repository lies: file:///path, or a URL as Xen Orchestra stores it." };

    /// <summary>Opens a repository: read-only, unless it may be changed.</summary>
    public static async Task<RepositoryAccess> OpenAsync(string url, CancellationToken cancellationToken, bool mayChange = false)
    {
        var remote = mayChange ? await RemoteUrl.OpenForChangesAsync(url, cancellationToken) : await RemoteUrl.OpenReadOnlyAsync(url, cancellationToken);
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
