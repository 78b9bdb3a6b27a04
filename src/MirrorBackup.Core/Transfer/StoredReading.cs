namespace MirrorBackup.Transfer;

/// <summary>What of a block of a VHD directory travels.</summary>
internal enum StoredReading
{
    /// <summary>Its bytes as the directory holds them: compressed, in clear or decrypted.</summary>
    Encoded,

    /// <summary>Its bytes as the storage holds them, encryption included; the tag is verified.</summary>
    Encrypted,
}
