namespace MirrorBackup.Disks;

/// <summary>A stretch of the content of a disk.</summary>
/// <param name="Offset">Bytes from the start of the disk.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Data">The content; empty for zeros that no block holds.</param>
internal readonly record struct DiskPiece(long Offset, long Length, ReadOnlyMemory<byte> Data);
