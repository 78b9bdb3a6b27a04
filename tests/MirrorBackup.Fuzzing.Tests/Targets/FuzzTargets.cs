using MirrorBackup.Fuzzing.Engine;

namespace MirrorBackup.Fuzzing.Targets;

/// <summary>Everything that is fuzzed.</summary>
internal static class FuzzTargets
{
    /// <summary>The targets, each under a name of its own.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new VhdFooterTarget(),
        new VhdHeaderTarget(),
        new VhdTableTarget(),
        new SectorBitmapTarget(),
        new VhdFileTarget(),
        new VhdStreamTarget(),
        new VhdDirectoryTarget(),
        new ChunkFiltersTarget(),
        new BlockCodecTarget(),
        new AliasTarget(),
        new StagingRecordTarget(),
        new SettledVmsTarget(),
        new MergeStateTarget(),
        new MergeResumeTarget(),
        new MetadataTarget(),
        new MetadataCacheTarget(),
        new ImmutabilityTarget(),
        new EncryptionFilesTarget(),
        new EncryptedFileTarget(),
        new ArchiveTarget(),
        new ArchiveChecksumTarget(),
        new RepositoryTarget(),
        new RemoteUrlTarget(),
        new RemotePathTarget(),
        new ChainNotationTarget(),
    ];
}
