using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MirrorBackup.Remotes.Local;

/// <summary>
/// Lets the kernel copy from file to file: on XFS, Btrfs and their like both then share the bytes, on NFS and SMB the server copies, and elsewhere the bytes
/// at least do not pass through this process.
/// </summary>
internal static unsafe class LinuxRangeCopy
{
    /// <summary>Bytes after which a cancellation is noticed, where the kernel really copies.</summary>
    private const long PieceBytes = 8 << 20;

    /// <summary>Copies a range.</summary>
    /// <param name="source">Open for reading.</param>
    /// <param name="sourceOffset">Where the range begins there.</param>
    /// <param name="target">Open for writing, and ending where the range is to begin.</param>
    /// <param name="offset">Its end.</param>
    /// <param name="length">Bytes.</param>
    /// <param name="cancellationToken">Stops the copy; what the target then holds behind its end is undefined.</param>
    /// <returns>
    /// Done, or a refusal, after which the target ends where it did. Errors are refusals, too: whether reading or writing failed the call does not tell, and who
    /// reads and writes instead will know.
    /// </returns>
    /// <exception cref="FileSystemException">There is no room, which only the target can lack.</exception>
    public static RangeCopy TryCopy(
        SafeFileHandle source, long sourceOffset, HandleFile target, long offset, long length, CancellationToken cancellationToken)
    {
        var (start, end) = (offset, offset + length);
        while (offset < end)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var copied = CopyOnce(source, sourceOffset, target.Handle, offset, PieceOf(sourceOffset, offset, end - offset));
            var error = copied < 0 ? Marshal.GetLastPInvokeError() : 0;
            if (copied > 0)
            {
                sourceOffset += copied;
                offset += copied;
            }
            else if (error != LinuxErrors.Interrupted)
            {
                return Refuse(error, target, start, offset);
            }
        }

        return RangeCopy.Done;
    }

    private static nint CopyOnce(SafeFileHandle source, long sourceOffset, SafeFileHandle target, long offset, long length)
    {
        try
        {
            return LibC.CopyFileRange(source, &sourceOffset, target, &offset, (nuint)length, 0);
        }
        catch (EntryPointNotFoundException)
        {
            Marshal.SetLastPInvokeError(LinuxErrors.NotImplemented);
            return -1;
        }
    }

    // Files share whole blocks only, and a range that does not begin with one would be copied altogether: its beginning is copied alone, if what follows fits.
    private static long PieceOf(long sourceOffset, long offset, long left)
    {
        var page = Environment.SystemPageSize;
        var beyond = offset % page;
        var piece = beyond != 0 && sourceOffset % page == beyond ? page - beyond : PieceBytes;
        return Math.Min(piece, left);
    }

    private static RangeCopy Refuse(int error, HandleFile target, long start, long offset)
    {
        if (offset > start)
        {
            target.SetLength(start);
        }

        if (error == 0)
        {
            return RangeCopy.Refused("the file ended, or its file system gives the kernel nothing");
        }

        var failure = LinuxErrors.From(error, target.Path);
        return failure.Failure == FileFailure.Full ? throw failure : RangeCopy.Refused(failure.Detail);
    }
}
