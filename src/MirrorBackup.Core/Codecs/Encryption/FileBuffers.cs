using System.Buffers;

namespace MirrorBackup.Codecs.Encryption;

/// <summary>
/// Buffers for small files that are encrypted and decrypted whole. The shared pool keeps some for each thread that ever returned one, which adds up: blocks of
/// disks wander from thread to thread.
/// </summary>
internal static class FileBuffers
{
    private const int Retained = 8;

    /// <summary>Gives buffers of up to twice what a file that is read whole takes, since its sizes are powers of two.</summary>
    public static ArrayPool<byte> Pool { get; } = ArrayPool<byte>.Create(2 * WholeFile.MaximumStoredLength, Retained);
}
