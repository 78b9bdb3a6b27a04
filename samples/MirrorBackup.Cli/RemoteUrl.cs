using MirrorBackup.Backups;
using MirrorBackup.Remotes;

namespace MirrorBackup.Cli;

/// <summary>Opens what the URLs of a command line name.</summary>
internal static class RemoteUrl
{
    private const string CompressionOption = "vhdDirectoryCompression";

    private static readonly RemoteFactory s_factory = new();

    /// <summary>Opens a remote that is only read; not even a lock is made.</summary>
    public static async Task<IRemote> OpenReadOnlyAsync(string url, CancellationToken cancellationToken) =>
        new ReadOnlyRemote(await s_factory.OpenAsync(url, cancellationToken));

    /// <summary>Opens the source of a mirror: nothing is written but the locks of VMs, and not even these where its URL says <c>readOnly=true</c>.</summary>
    public static async Task<IRemote> OpenSourceAsync(string url, CancellationToken cancellationToken) =>
        await s_factory.OpenAsync(url, cancellationToken);

    /// <summary>Opens a repository that is there and is to be changed.</summary>
    public static async Task<IRemote> OpenForChangesAsync(string url, CancellationToken cancellationToken) => await s_factory.OpenAsync(url, cancellationToken);

    /// <summary>Opens a destination to plan for: read-only, and empty where <see cref="OpenDestinationAsync"/> would make its folder.</summary>
    public static async Task<IRemote> OpenPreviewAsync(string url, CancellationToken cancellationToken) =>
        RemoteLocation.Parse(url) is var location && CanBeMade(location)
            ? await RemoteFactory.EncryptAsync(new MemoryRemote(location.Path), location, cancellationToken)
            : await OpenReadOnlyAsync(url, cancellationToken);

    /// <summary>
    /// Opens a destination. The folder of a local one is made if it is missing and the folder above it is there; where that is missing
    /// too, it is more likely that a disk is not mounted.
    /// </summary>
    public static async Task<IRemote> OpenDestinationAsync(string url, CancellationToken cancellationToken)
    {
        var location = RemoteLocation.Parse(url);
        if (CanBeMade(location))
        {
            Directory.CreateDirectory(location.Path);
        }

        return await s_factory.OpenAsync(location, cancellationToken);
    }

    /// <summary>
    /// The form of incremental backups that a URL asks for: <c>useVhdDirectory=true</c>, and <c>vhdDirectoryCompression</c>, which is <c>brotli</c>,
    /// <c>gzip</c> or <c>none</c>.
    /// </summary>
    /// <param name="url">The URL.</param>
    /// <param name="remote">What it leads to.</param>
    /// <returns>The form; <see langword="null"/> where the remote decides.</returns>
    /// <exception cref="UsageException">The compression is not known, or is for nothing.</exception>
    public static StorageForm? FormOf(string url, IRemote remote)
    {
        var location = RemoteLocation.Parse(url);
        var compression = location.GetText(CompressionOption);
        BlockCodec? codec = compression switch
        {
            null => null,
            "brotli" => BlockCodec.Brotli,
            "gzip" => BlockCodec.Gzip,
            "none" => BlockCodec.None,
            _ => throw new UsageException($"{location}: found {CompressionOption}={compression}; expected brotli, gzip or none."),
        };
        var isDirectory = location.UseVhdDirectory || (codec is not null && !remote.Capabilities.SupportsUpdate);
        return isDirectory ? StorageForm.VhdDirectory(codec ?? BlockCodec.Brotli)
            : codec is null ? null
            : throw new UsageException($"{location}: {CompressionOption} is for VHD directories; expected useVhdDirectory=true with it.");
    }

    private static bool CanBeMade(RemoteLocation location) =>
        location.Scheme == "file" && !Path.Exists(location.Path) && Directory.Exists(Path.GetDirectoryName(location.Path.TrimEnd('/')));
}
