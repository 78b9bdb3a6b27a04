using MirrorBackup.Remotes;

namespace MirrorBackup.Repositories;

/// <summary>Tells leftovers from somebody else's files, by name.</summary>
internal static class StrayFiles
{
    public static StrayFileKind KindOf(RemoteEntry entry) =>
        entry.IsFile && TemporaryName.IsTemporary(entry.Name) ? StrayFileKind.Temporary
        : entry.IsFile && IsChecksum(entry.Name) ? StrayFileKind.Checksum
        : StrayFileKind.Foreign;

    /// <summary>Whether a name is that of the checksum of an archive or of a disk.</summary>
    public static bool IsChecksum(string name) =>
        name.EndsWith(RepositoryPaths.ArchiveEnding + RepositoryPaths.ChecksumEnding, StringComparison.Ordinal)
        || name.EndsWith(RepositoryPaths.DiskEnding + RepositoryPaths.ChecksumEnding, StringComparison.Ordinal);
}
