namespace MirrorBackup.Fuzzing.Targets;

/// <summary>Metadata of full and incremental backups that Xen Orchestra wrote.</summary>
internal static class GoldenMetadata
{
    /// <summary>The files.</summary>
    public static IReadOnlyList<byte[]> Files { get; } =
        [.. GoldenFiles.Load("a-src-delta-vhd", GoldenFiles.SmallVm).Concat(GoldenFiles.Load("b-src-full-xva").Take(4))
            .Where(static file => file.Key.EndsWith("Z.json", StringComparison.Ordinal)).Select(static file => file.Value)];
}
