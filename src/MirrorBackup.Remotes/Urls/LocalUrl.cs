namespace MirrorBackup.Remotes.Urls;

/// <summary>Opens a local directory by its URL.</summary>
internal static class LocalUrl
{
    private static readonly string[] OwnOptions = ["readOnly", "create", "name"];

    /// <summary>What Xen Orchestra stores in the URL of any remote; no meaning for a local one beyond what <see cref="RemoteLocation"/> offers.</summary>
    private static readonly string[] XenOrchestraOptions =
        ["useVhdDirectory", "vhdDirectoryCompression", "encryptionKey", "immutable", "allowUnauthorized", "minPartSize", "maxPartSize", "maxPartNumber"];

    public static LocalRemote Open(RemoteLocation location, TimeProvider? timeProvider)
    {
        foreach (var name in location.Options.Keys)
        {
            // A misspelt option must not pass for one that is set.
            if (!OwnOptions.Contains(name) && !XenOrchestraOptions.Contains(name))
            {
                throw RemoteUrlParser.Invalid(location, $"the option {name} is not known; known are {string.Join(", ", OwnOptions.Concat(XenOrchestraOptions))}");
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
