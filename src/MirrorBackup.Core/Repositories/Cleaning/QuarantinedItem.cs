namespace MirrorBackup.Repositories.Cleaning;

/// <summary>A file or a directory in the quarantine. Paths are from the root of the remote.</summary>
/// <param name="Original">Where it was.</param>
/// <param name="Quarantined">Where it is.</param>
/// <param name="Reason">Why it was moved.</param>
/// <param name="Bytes">Bytes of its content.</param>
/// <param name="IsDirectory">Whether it is a directory, with all that was below it.</param>
internal sealed record QuarantinedItem(string Original, string Quarantined, string Reason, long Bytes, bool IsDirectory);
