namespace MirrorBackup.Remotes.Urls;

/// <summary>Opens a local directory by its URL.</summary>
internal static class LocalUrl
{
    private static readonly string[] OwnOptions = ["readOnly", "create", "name"];

    /// <summary>What the URL of any remote may say, most of it as Xen Orchestra stores it; of no meaning here.</summary>
    private static readonly string[] CommonOptions =
        [
            "useVhdDirectory", "vhdDirectoryCompression", "encryptionKey", "encryptionKeyVariable", "encryptionKeyFile", "encryptionAlgorithm", "immutable", "allowUnauthorized",
            "minPartSize", "maxPartSize", "maxPartNumber",
        ];

    public static LocalRemote Open(RemoteLocation location, TimeProvider? timeProvider)
    {
        foreach (var name in location.Options.Keys)
        {
            // A misspelt option must not pass for one that is set.
            if (!OwnOptions.Contains(name) && !CommonOptions.Contains(name))
            {
                throw RemoteUrlParser.Invalid(location, $"the option {RemoteUrlParser.Shorten(name)} is not known; known are {string.Join(", ", OwnOptions.Concat(CommonOptions))}");
            }
        }

        var options = new LocalRemoteOptions
        {
            Name = location.GetText("name"),
            IsReadOnly = location.GetSwitch("readOnly"),
            CreateRoot = location.GetSwitch("create"),
        };
        return LocalRemote.Open(ToSystemPath(location.Path), options, timeProvider);
    }

    /// <summary><c>/C:/folder</c> is <c>C:/folder</c> on Windows.</summary>
    private static string ToSystemPath(string path) =>
        OperatingSystem.IsWindows() && path.Length >= 3 && path[0] == '/' && path[2] == ':' ? path[1..] : path;
}
