using System.Buffers.Binary;
using MirrorBackup.Remotes;
using MirrorBackup.Remotes.Local;
using MirrorBackup.Testing.Simulation;

namespace MirrorBackup.Simulation.Tests.Crashes;

/// <summary>
/// Opens VHD files as Xen Orchestra does, which insists that both copies of the footer are equal. Written for this purpose alone, from the layout of the
/// format, so that it shares nothing with the readers under test.
/// </summary>
internal static class EqualFooters
{
    private const int FooterBytes = 512;
    private const int ChecksumOffset = 64;

    /// <summary>What is wrong with the VHD files of a disk that have their final names.</summary>
    /// <param name="disk">The disk.</param>
    /// <param name="isBetweenFooters">Is called for each file whose copies are both whole, and not equal.</param>
    public static IEnumerable<string> Check(SimulatedDisk disk, Action isBetweenFooters)
    {
        var files = disk.OpenFiles(RemotePath.Root);
        foreach (var path in DisksIn(files, RemotePath.Root))
        {
            using var file = files.Open(path, FileUse.Read);
            var (first, last) = (Read(file, 0), Read(file, file.Length - FooterBytes));
            var isMerging = files.Stat(path.Parent / $".{path.Name}.merge.json") is not null;
            if (IsFooter(first) && isMerging && !last.AsSpan().ContainsAnyExcept((byte)0))
            {
                // The file has grown, and the crash took the bytes and left the length: no order of writes helps against that.
                isBetweenFooters();
            }
            else if (!IsFooter(first) || !IsFooter(last))
            {
                yield return $"{path} of {file.Length} bytes has no footer at its {(IsFooter(first) ? "end" : "beginning")}";
            }
            else if (!first.AsSpan().SequenceEqual(last))
            {
                isBetweenFooters();
                if (!isMerging)
                {
                    yield return $"{path} has two footers, and no merge is about it";
                }
            }
        }
    }

    private static IEnumerable<RemotePath> DisksIn(IFileSystem files, RemotePath directory)
    {
        foreach (var entry in files.List(directory))
        {
            if (entry.IsDirectory && entry.Name != "data")
            {
                foreach (var path in DisksIn(files, entry.Path))
                {
                    yield return path;
                }
            }
            else if (entry.IsFile && entry.Name.EndsWith(".vhd", StringComparison.Ordinal) && !entry.Name.EndsWith(".alias.vhd", StringComparison.Ordinal))
            {
                yield return entry.Path;
            }
        }
    }

    private static byte[] Read(IOpenFile file, long offset)
    {
        var bytes = new byte[FooterBytes];
        if (offset >= 0)
        {
            file.ReadAsync(offset, bytes, TestContext.Current.CancellationToken).AsTask().GetAwaiter().GetResult();
        }

        return bytes;
    }

    private static bool IsFooter(byte[] bytes)
    {
        var sum = 0u;
        for (var i = 0; i < bytes.Length; i++)
        {
            sum += i is >= ChecksumOffset and < ChecksumOffset + sizeof(uint) ? 0u : bytes[i];
        }

        return bytes.AsSpan(0, 8).SequenceEqual("conectix"u8) && BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(ChecksumOffset)) == ~sum;
    }
}
