namespace MirrorBackup.Repositories;

/// <summary>What a <see cref="StrayFile"/> seems to be.</summary>
public enum StrayFileKind
{
    /// <summary>Not a name of Xen Orchestra's or of ours: somebody else's, to be left alone.</summary>
    Foreign,

    /// <summary>A file that was being written (<see cref="Remotes.TemporaryName"/>): a leftover, unless somebody is writing it right now.</summary>
    Temporary,

    /// <summary>A copy of a revision of its folder, with the same id, that nothing lists or needs.</summary>
    Copy,

    /// <summary>The checksum of an archive or disk that is not there, or of a disk, which has none any more.</summary>
    Checksum,

    /// <summary>A VHD directory that no alias of its folder names: left by an interrupted write or removal, being written right now, or one whose alias was lost.</summary>
    UnclaimedDirectory,
}
