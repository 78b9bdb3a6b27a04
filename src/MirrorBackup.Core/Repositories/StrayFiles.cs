using MirrorBackup.Remotes;

namespace MirrorBackup.Repositories;

/// <summary>Tells leftovers from somebody else's files, by name.</summary>
internal static class StrayFiles
{
    public static StrayFileKind KindOf(RemoteEntry entry) =>
        entry.IsFile && TemporaryName.IsTemporary(entry.Name) ? StrayFileKind.Temporary
        : entry.IsFile && entry.Name.EndsWith(RepositoryPaths.ChecksumEnding, StringComparison.Ordinal) ? StrayFileKind.Checksum
        : StrayFileKind.Foreign;
}
