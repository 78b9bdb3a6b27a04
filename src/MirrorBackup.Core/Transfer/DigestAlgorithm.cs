namespace MirrorBackup.Transfer;

/// <summary>What the content of blocks is hashed with (<see cref="RevisionDigest"/>).</summary>
public enum DigestAlgorithm
{
    /// <summary>XxHash128: notices any accident, and takes next to no time. It is no protection against somebody who forges content.</summary>
    XxHash128,

    /// <summary>SHA-256: notices what was forged, too, and takes more than ten times as long.</summary>
    Sha256,
}
