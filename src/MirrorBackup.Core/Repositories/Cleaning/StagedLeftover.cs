namespace MirrorBackup.Repositories.Cleaning;

/// <summary>The record of a transfer into a VHD directory that has not ended.</summary>
/// <param name="RecordPath">Where it lies, from the root of the remote.</param>
/// <param name="DataPath">The directory that it is about, relative to the folder of the VM; <see langword="null"/> if it does not tell.</param>
/// <param name="HasData">Whether that directory is there.</param>
/// <param name="IsPublished">Whether an alias leads to that directory, so that the transfer has ended.</param>
/// <param name="Item">What the storage says of the record.</param>
internal sealed record StagedLeftover(string RecordPath, string? DataPath, bool HasData, bool IsPublished, StoredItem Item);
