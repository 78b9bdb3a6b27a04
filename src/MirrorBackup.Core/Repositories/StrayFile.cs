namespace MirrorBackup.Repositories;

/// <summary>Something in the folder of a VM that is no part of a backup.</summary>
/// <param name="Path">Where it lies, relative to the folder of the VM.</param>
/// <param name="Kind">What it seems to be.</param>
/// <param name="Length">Bytes; 0 for what is not a file.</param>
public sealed record StrayFile(string Path, StrayFileKind Kind, long Length);
