using System.Buffers.Binary;
using System.Text;

namespace MirrorBackup.Tests.Tools;

/// <summary>What footer and header of a VHD file say, read without any code of the library (<c>formats/vhd.md</c> §1.2, §1.3).</summary>
/// <param name="File">The path.</param>
/// <param name="Size">Bytes that a guest sees.</param>
/// <param name="IsKey">Whether it is a disk of its own and no delta.</param>
/// <param name="Parent">The path of the parent's file; of no meaning in a key.</param>
internal sealed record VhdFacts(string File, long Size, bool IsKey, string Parent)
{
    private const int HeaderOffset = 512;

    public static VhdFacts Read(string file)
    {
        var head = new byte[HeaderOffset + 1024];
        using (var stream = System.IO.File.OpenRead(file))
        {
            stream.ReadExactly(head);
        }

        var name = Encoding.BigEndianUnicode.GetString(head, HeaderOffset + 64, 512).TrimEnd('\0');
        return new VhdFacts(file, BinaryPrimitives.ReadInt64BigEndian(head.AsSpan(48)), head[63] == 3, Path.Combine(Path.GetDirectoryName(file)!, name));
    }

    /// <summary>Whether a delta of the chain is larger than its parent.</summary>
    public bool HasGrown() => !IsKey && Read(Parent) is var parent && (Size > parent.Size || parent.HasGrown());
}
