namespace MirrorBackup.Repositories.Cleaning;

/// <summary>What the storage says of a file, or of a directory with all that is below it.</summary>
/// <param name="LastModified">When it changed, of a directory its youngest part.</param>
/// <param name="Bytes">Bytes of content.</param>
internal readonly record struct StoredItem(DateTimeOffset LastModified, long Bytes);
