namespace MirrorBackup.Planning;

/// <summary>What happens to the bytes of a revision on the way: the less, the faster. A later value includes what the earlier ones do.</summary>
public enum TransferWay
{
    /// <summary>
    /// Bytes move as they are stored: same kind, codec and encryption on both sides. Only what names the revision and its parent (footer, header, tables, alias)
    /// is written anew.
    /// </summary>
    PassThrough,

    /// <summary>Decrypted, encrypted, or both, and otherwise as they are stored: same kind and codec, another encryption.</summary>
    ReEncrypt,

    /// <summary>Blocks are taken apart and written anew in the same kind of storage: with another codec, or because some of them were not whole.</summary>
    Recode,

    /// <summary>From a VHD file to a VHD directory, or the other way round.</summary>
    Convert,
}
