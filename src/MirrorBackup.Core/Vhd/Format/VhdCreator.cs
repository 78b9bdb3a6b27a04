using System.Text;

namespace MirrorBackup.Vhd.Format;

/// <summary>Which program wrote a footer (offsets 28 to 39).</summary>
/// <param name="Application">Four characters; some readers decide by them how to compute the size of the disk.</param>
/// <param name="Version">Its version, the major number in the high 16 bits.</param>
/// <param name="HostSystem">The operating system, four characters.</param>
public readonly record struct VhdCreator(uint Application, uint Version, uint HostSystem)
{
    private const uint Windows = 0x5769326B;

    /// <summary>What Xen Orchestra writes, and what we write: application <c>xo  </c>, version 0, system <c>Wi2k</c>.</summary>
    internal static VhdCreator XenOrchestra { get; } = new(0x786F2020, 0, Windows);

    /// <summary>What an export of a host carries: application <c>caml</c>, version 1, no system.</summary>
    internal static VhdCreator Xapi { get; } = new(0x63616D6C, 1, 0);

    internal static uint DiscUtils => 0x6475746C;

    internal static uint Tapdisk => 0x74617000;

    /// <summary>Whether the program sets all bits of every block that it writes (<c>formats/vhd.md</c> §1.8).</summary>
    internal bool WritesOnlyWholeBlocks => Application == XenOrchestra.Application || Application == Xapi.Application;

    /// <summary>The application as text, for messages; what cannot be printed is a dot.</summary>
    /// <returns>Four characters and the version.</returns>
    public override string ToString()
    {
        var text = new StringBuilder(16);
        for (var shift = 24; shift >= 0; shift -= 8)
        {
            var character = (char)((Application >> shift) & 0xFF);
            text.Append(character is >= ' ' and <= '~' ? character : '.');
        }

        return text.Append(' ').Append(Version >> 16).Append('.').Append(Version & 0xFFFF).ToString();
    }
}
