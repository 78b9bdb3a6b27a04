using System.Buffers;

namespace MirrorBackup.Disks;

/// <summary>
/// Buffers for blocks of disks, used again and again. All forms of a block of 2 MiB, in clear, compressed and encrypted, share buffers of one size: what one
/// stage of a copy gives back the next one takes. The array pool would round up to 4 MiB, and keep some for each thread that ever returned one. Thread-safe.
/// </summary>
internal static class BlockBuffers
{
    /// <summary>
    /// Bitmap and data of 2 MiB, the eighth that gzip may add, its frame, nonce and tag: the most that a block takes in any form.
    /// </summary>
    public const int UsualBytes = (2 << 20) + (256 << 10) + 1024;

    // What is shorter wastes too much of such a buffer.
    private const int LeastBytes = 64 << 10;

    // Enough for a copy that recodes every block, or for several that do not; whatever else comes back is left to the garbage collector.
    private const int MaximumRetained = 32;

    private static readonly Stack<byte[]> s_free = new(MaximumRetained);
    private static readonly Lock s_lock = new();

    /// <summary>Lends a buffer; what it holds is undefined. Disposing the lease gives it back.</summary>
    /// <param name="length">Bytes that the buffer has. What no block of 2 MiB needs comes from the shared array pool.</param>
    public static Lease Rent(int length) => new(IsUsual(length) ? RentUsual() : ArrayPool<byte>.Shared.Rent(length), length);

    private static bool IsUsual(int length) => length is >= LeastBytes and <= UsualBytes;

    private static byte[] RentUsual()
    {
        lock (s_lock)
        {
            if (s_free.TryPop(out var buffer))
            {
                return buffer;
            }
        }

        return GC.AllocateUninitializedArray<byte>(UsualBytes);
    }

    private static void ReturnUsual(byte[] buffer)
    {
        lock (s_lock)
        {
            if (s_free.Count < MaximumRetained)
            {
                s_free.Push(buffer);
            }
        }
    }

    /// <summary>A buffer on loan. Dispose once; the memory must not be used afterwards.</summary>
    internal readonly struct Lease(byte[] buffer, int length) : IDisposable
    {
        public Memory<byte> Memory => buffer.AsMemory(0, length);

        public Span<byte> Span => buffer.AsSpan(0, length);

        public void Dispose()
        {
            if (IsUsual(length))
            {
                ReturnUsual(buffer);
            }
            else
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }
}
