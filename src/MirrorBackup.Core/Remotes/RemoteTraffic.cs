namespace MirrorBackup.Remotes;

/// <summary>What went through a <see cref="MeteredRemote"/> so far.</summary>
/// <param name="BytesRead">Bytes of file content that were read.</param>
/// <param name="BytesWritten">Bytes of file content that were handed over for writing, those of uploads that failed included.</param>
/// <param name="Operations">Calls of members of the remote: listings, look-ups, openings, changes.</param>
public readonly record struct RemoteTraffic(long BytesRead, long BytesWritten, long Operations);
