using MirrorBackup.Remotes;

namespace MirrorBackup.Cli;

/// <summary>The remotes of a job, closed together.</summary>
internal sealed class OpenRemotes : IAsyncDisposable
{
    private readonly List<IRemote> _destinations = [];

    private OpenRemotes(IRemote source) => Source = source;

    /// <summary>The source.</summary>
    public IRemote Source { get; }

    /// <summary>The destinations that could be opened.</summary>
    public IReadOnlyList<IRemote> Destinations => _destinations;

    /// <summary>Whether a destination could not be opened; why has been said on standard error, and the others go on.</summary>
    public bool AreSomeMissing { get; private set; }

    /// <summary>Opens them.</summary>
    /// <param name="source">The URL of the source.</param>
    /// <param name="destinations">The URLs of the destinations.</param>
    /// <param name="openDestination">How a destination is opened.</param>
    /// <param name="error">Receives a line for each destination that could not be opened.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="MirrorBackupException">The source, or the only destination, or all of them cannot be opened.</exception>
    public static async Task<OpenRemotes> OpenAsync(
        string source,
        IReadOnlyList<string> destinations,
        Func<string, CancellationToken, Task<IRemote>> openDestination,
        TextWriter error,
        CancellationToken cancellationToken)
    {
        var remotes = new OpenRemotes(await RemoteUrl.OpenSourceAsync(source, cancellationToken));
        try
        {
            foreach (var url in destinations)
            {
                await remotes.AddAsync(url, url == destinations[^1], openDestination, error, cancellationToken);
            }

            return remotes;
        }
        catch
        {
            await remotes.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var destination in _destinations)
        {
            await destination.DisposeAsync();
        }

        await Source.DisposeAsync();
    }

    private async Task AddAsync(
        string url, bool isLast, Func<string, CancellationToken, Task<IRemote>> open, TextWriter error, CancellationToken cancellationToken)
    {
        try
        {
            _destinations.Add(await open(url, cancellationToken));
        }
        catch (MirrorBackupException failure) when (failure.Code != ErrorCodes.InvalidUrl && !(isLast && _destinations.Count == 0))
        {
            AreSomeMissing = true;
            await error.WriteLineAsync($"{failure.Code}: {failure.Message}");
        }
    }
}
