using MirrorBackup.Remotes;

namespace MirrorBackup.Vhd.Directories;

/// <summary>That a transfer can be resumed, and by what.</summary>
/// <param name="RecordPath">Where the record of the transfer lies.</param>
/// <param name="Source">What is read: the ids of the revisions of the source, oldest first.</param>
/// <param name="Time">The clock.</param>
internal sealed record StagingOptions(RemotePath RecordPath, string Source, TimeProvider Time)
{
    /// <summary>Half a gibibyte.</summary>
    public const int DefaultBlocksPerRecord = 256;

    /// <summary>A record is written when so many blocks have come since the last.</summary>
    public int BlocksPerRecord { get; init; } = DefaultBlocksPerRecord;

    /// <summary>A record is written when so much time has passed since the last.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(30);
}
