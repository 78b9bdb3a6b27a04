using MirrorBackup.Backups;
using MirrorBackup.Remotes;

namespace MirrorBackup.Cli;

/// <summary>The remotes of a job, closed together.</summary>
internal sealed class OpenRemotes : IAsyncDisposable
{
    private readonly List<(IRemote Remote, StorageForm? Form)> _destinations = [];

    private readonly bool _isOneOfMany;

    private OpenRemotes(IRemote source, bool isOneOfMany)
    {
        Source = source;
        _isOneOfMany = isOneOfMany;
    }

    /// <summary>The source.</summary>
    public IRemote Source { get; }

    /// <summary>
    /// The destinations, in the order of their URLs, with the form that these ask for; one that could not be opened is there as a remote that says so when it is
    /// used.
    /// </summary>
    public IReadOnlyList<(IRemote Remote, StorageForm? Form)> Destinations => _destinations;

    /// <summary>Opens them.</summary>
    /// <param name="source">The URL of the source.</param>
    /// <param name="destinations">The URLs of the destinations.</param>
    /// <param name="openDestination">How a destination is opened.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="MirrorBackupException">The source cannot be opened, or the only destination.</exception>
    public static async Task<OpenRemotes> OpenAsync(
        string source,
        IReadOnlyList<string> destinations,
        Func<string, CancellationToken, Task<IRemote>> openDestination,
        CancellationToken cancellationToken)
    {
        var remotes = new OpenRemotes(await RemoteUrl.OpenSourceAsync(source, cancellationToken), destinations.Count > 1);
        try
        {
            foreach (var url in destinations)
            {
                await remotes.AddAsync(url, openDestination, cancellationToken);
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
        foreach (var (destination, _) in _destinations)
        {
            await destination.DisposeAsync();
        }

        await Source.DisposeAsync();
    }

    private async Task AddAsync(string url, Func<string, CancellationToken, Task<IRemote>> open, CancellationToken cancellationToken)
    {
        try
        {
            var remote = await open(url, cancellationToken);
            _destinations.Add((remote, null));
            _destinations[^1] = (remote, RemoteUrl.FormOf(url, remote));
        }
        catch (MirrorBackupException failure) when (failure.Code != ErrorCodes.InvalidUrl && _isOneOfMany)
        {
            var name = RemoteLocation.Parse(url).ToString();
            _destinations.Add((new UnavailableRemote(name, $"unavailable {_destinations.Count}: {name}", failure), null));
        }
    }
}
