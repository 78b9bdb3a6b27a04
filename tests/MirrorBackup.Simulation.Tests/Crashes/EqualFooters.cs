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

    /// <summary>The VHD files of a disk, by their final names, that such a reader does not open.</summary>
    public static IEnumerable<RemotePath> FindClosed(SimulatedDisk disk)
    {
        var files = disk.OpenFiles(RemotePath.Root);
        foreach (var path in DisksIn(files, RemotePath.Root))
        {
            using var file = files.Open(path, FileUse.Read);
            var first = Read(file, 0);
            if (!IsFooter(first) || !first.AsSpan().SequenceEqual(Read(file, file.Length - FooterBytes)))
            {
                yield return path;
            }
        }
    }

    /// <summary>What is wrong with the VHD files of a disk that a crash left.</summary>
    /// <param name="disk">The disk.</param>
    /// <param name="between">Those of which the crash came between the two footers of a merge: a whole first one and the state of that merge suffice.</param>
    /// <param name="isBetween">Is called for each of them that such a reader does not open.</param>
    public static IEnumerable<string> Check(SimulatedDisk disk, IReadOnlySet<RemotePath> between, Action isBetween)
    {
        var files = disk.OpenFiles(RemotePath.Root);
        foreach (var path in FindClosed(disk))
        {
            using var file = files.Open(path, FileUse.Read);
            if (!between.Contains(path))
            {
                yield return $"{path} of {file.Length} bytes has no two equal footers, and none were being written";
            }
            else if (!IsFooter(Read(file, 0)) || files.Stat(path.Parent / $".{path.Name}.merge.json") is null)
            {
                yield return $"{path} of {file.Length} bytes has no first footer, or no merge is about it";
            }
            else
            {
                isBetween();
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
