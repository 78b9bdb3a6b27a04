using MirrorBackup.Remotes;

namespace MirrorBackup.Vhd;

/// <summary>Where the bytes of a block lie, bitmap included.</summary>
/// <param name="Path">Their file.</param>
/// <param name="OpenAsync">Gives the file, or raises what is wrong with it.</param>
/// <param name="IsFileShared">Whether the file stays open for others, so that whoever asked for it does not close it.</param>
/// <param name="Offset">Bytes from the start of the file.</param>
/// <param name="Length">How many.</param>
internal sealed record StoredBlockPlace(
    RemotePath Path, Func<CancellationToken, ValueTask<IRemoteFile>> OpenAsync, bool IsFileShared, long Offset, int Length);
