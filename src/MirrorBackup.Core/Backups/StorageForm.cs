namespace MirrorBackup.Backups;

/// <summary>The storage form of a revision. A delta can only be stored on a parent of the same form.</summary>
/// <param name="Kind">Archive, file or directory.</param>
/// <param name="Codec">How blocks are compressed; <see cref="BlockCodec.None"/> unless <paramref name="Kind"/> is <see cref="StorageKind.VhdDirectory"/>.</param>
public readonly record struct StorageForm(StorageKind Kind, BlockCodec Codec = BlockCodec.None)
{
    /// <summary>An XVA archive.</summary>
    public static StorageForm Archive => new(StorageKind.Archive);

    /// <summary>A VHD file.</summary>
    public static StorageForm VhdFile => new(StorageKind.VhdFile);

    /// <summary>A VHD directory.</summary>
    /// <param name="codec">How its blocks are compressed.</param>
    /// <returns>The form.</returns>
    public static StorageForm VhdDirectory(BlockCodec codec) => new(StorageKind.VhdDirectory, codec);

    /// <summary>A short text such as <c>vhd file</c> or <c>vhd directory (brotli)</c>.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => Kind switch
    {
        StorageKind.Archive => "archive",
        StorageKind.VhdFile => "vhd file",
        _ when Codec == BlockCodec.None => "vhd directory",
        _ => $"vhd directory ({(Codec == BlockCodec.Gzip ? "gzip" : "brotli")})",
    };
}
