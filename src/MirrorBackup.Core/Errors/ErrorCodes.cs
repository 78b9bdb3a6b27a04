namespace MirrorBackup;

/// <summary>
/// The stable codes that <see cref="MirrorBackupException.Code"/> carries. First digit: 1 planning, 2 remotes, 3 formats and
/// integrity, 4 repositories and locks, 5 running. A code never changes its meaning.
/// </summary>
public static class ErrorCodes
{
    /// <summary>A request to the planner contradicts itself, such as a retention of 0.</summary>
    public const string InvalidRequest = "MB1001";

    /// <summary>A chain cannot be read as one, such as two revisions at one path.</summary>
    public const string InvalidChain = "MB1002";

    /// <summary>Letters that are not a chain.</summary>
    public const string InvalidNotation = "MB1003";

    /// <summary>A plan was made from a catalogue that has changed since.</summary>
    public const string PlanStale = "MB1101";

    /// <summary>A path that is not relative, has <c>..</c>, a device name or a NUL.</summary>
    public const string InvalidPath = "MB2001";

    /// <summary>A URL of a remote that cannot be understood.</summary>
    public const string InvalidUrl = "MB2002";

    /// <summary>An encryption key that cannot be one, such as one of another length.</summary>
    public const string InvalidEncryptionKey = "MB2003";

    /// <summary>Nothing is there under this path.</summary>
    public const string RemoteNotFound = "MB2101";

    /// <summary>The remote does not answer, or failed in a way that is not told apart further.</summary>
    public const string RemoteUnavailable = "MB2102";

    /// <summary>The remote refused: permissions, a read-only file system, an immutable file.</summary>
    public const string RemoteAccessDenied = "MB2103";

    /// <summary>No space, quota or file numbers are left.</summary>
    public const string RemoteFull = "MB2104";

    /// <summary>Something is already there, and the call asked for it to be new.</summary>
    public const string RemoteAlreadyExists = "MB2105";

    /// <summary>A directory was expected and a file found, or the reverse.</summary>
    public const string RemoteWrongKind = "MB2106";

    /// <summary>A path leads out of the root of its remote, through a symbolic link.</summary>
    public const string RemotePathEscapes = "MB2107";

    /// <summary>The remote cannot do this at all.</summary>
    public const string RemoteUnsupported = "MB2108";

    /// <summary>A file is larger than what may be held in memory for its kind.</summary>
    public const string FileTooLarge = "MB2109";

    /// <summary>An upload got fewer or more bytes than were announced.</summary>
    public const string UploadLengthMismatch = "MB2110";

    /// <summary>A remote is encrypted and no key, or another one, was given; or a key was given and the remote is not encrypted.</summary>
    public const string WrongEncryptionKey = "MB2111";

    /// <summary>The files that make an encrypted remote one are missing or damaged while it holds other files.</summary>
    public const string CorruptEncryption = "MB2112";

    /// <summary>Bytes that are not what their format demands.</summary>
    public const string CorruptFormat = "MB3001";

    /// <summary>A file ends before what it announces.</summary>
    public const string Truncated = "MB3002";

    /// <summary>A link between two disks that is missing, circular, leaves the folder, or leads to another disk.</summary>
    public const string BrokenChainLink = "MB3003";

    /// <summary>A format, version or feature that is valid but not handled.</summary>
    public const string UnsupportedFormat = "MB3004";

    /// <summary>A block of a VHD directory has no file, though the directory's table says that it is there.</summary>
    public const string MissingBlock = "MB3005";

    /// <summary>An alias that does not name a VHD directory of its own folder.</summary>
    public const string InvalidAlias = "MB3006";

    /// <summary>Content that differs from its checksum or digest.</summary>
    public const string ChecksumMismatch = "MB3101";

    /// <summary>An encrypted file whose authentication tag does not fit: it was altered, cut, or encrypted with another key.</summary>
    public const string NotAuthentic = "MB3102";

    /// <summary>Metadata JSON that cannot be read.</summary>
    public const string CorruptMetadata = "MB4001";

    /// <summary>The state file of a merge that cannot be followed.</summary>
    public const string CorruptMergeState = "MB4002";

    /// <summary>A lock is held by somebody else.</summary>
    public const string Locked = "MB4101";

    /// <summary>A lock of ours was taken over or could not be refreshed.</summary>
    public const string LockLost = "MB4102";

    /// <summary>A job that cannot be run, such as one whose source is also its destination.</summary>
    public const string InvalidJob = "MB5001";

    /// <summary>A destination left the run after an earlier failure.</summary>
    public const string DestinationFailed = "MB5101";

    /// <summary>The source changed while it was read.</summary>
    public const string SourceChanged = "MB5102";
}
