using System.Globalization;
using System.Text.Json;
using MirrorBackup.Backups;
using MirrorBackup.Remotes;
using MirrorBackup.Vhd.Format;

namespace MirrorBackup.Vhd.Directories;

/// <summary>Where the parts of a VHD directory lie, and how it says what they are compressed with (<c>formats/vhd.md</c> §3.1, §3.3).</summary>
internal static class VhdDirectoryLayout
{
    /// <summary>The folder of the block files.</summary>
    public const string BlocksFolder = "blocks";

    /// <summary>How many blocks one folder holds.</summary>
    public const int BlocksPerFolder = 1000;

    // "blocks/2147483/647"
    private const int LongestBlock = 18;

    /// <summary>The dynamic header, compressed like a block.</summary>
    public static RemotePath Header(RemotePath dataPath) => dataPath / "header";

    /// <summary>The footer, compressed like a block.</summary>
    public static RemotePath Footer(RemotePath dataPath) => dataPath / "footer";

    /// <summary>The bitmap of the blocks that are there, compressed like a block.</summary>
    public static RemotePath Bat(RemotePath dataPath) => dataPath / "bat";

    /// <summary>The name of the compression, itself never compressed; not there without one.</summary>
    public static RemotePath Filters(RemotePath dataPath) => dataPath / "chunk-filters.json";

    /// <summary>A block: its sector bitmap and its data.</summary>
    public static RemotePath Block(RemotePath dataPath, int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        Span<char> relative = stackalloc char[LongestBlock];
        relative.TryWrite(CultureInfo.InvariantCulture, $"{BlocksFolder}/{index / BlocksPerFolder}/{index % BlocksPerFolder}", out var length);
        return dataPath.Combine(relative[..length]);
    }

    /// <summary>Reads the names of <see cref="Block"/>: 7, never 07 or +7, for two names of one block are one too many.</summary>
    /// <param name="folder">The name of the folder.</param>
    /// <param name="file">The name of the file in it.</param>
    /// <param name="index">The block.</param>
    /// <returns>False if no table can mean it.</returns>
    public static bool TryParseBlock(string folder, string file, out int index)
    {
        index = -1;
        if (!TryParse(folder, out var thousands) || !TryParse(file, out var rest) || rest >= BlocksPerFolder)
        {
            return false;
        }

        var block = ((long)thousands * BlocksPerFolder) + rest;
        index = block < BlockAllocationTable.MaximumEntries ? (int)block : -1;
        return index >= 0;
    }

    /// <summary>Writes the content of <see cref="Filters"/>.</summary>
    /// <returns>The content; <see langword="null"/> where there must be no such file.</returns>
    public static byte[]? FormatFilters(BlockCodec codec) => codec switch
    {
        BlockCodec.None => null,
        BlockCodec.Gzip => """["gzip"]"""u8.ToArray(),
        BlockCodec.Brotli => """["brotli"]"""u8.ToArray(),
        _ => throw new ArgumentOutOfRangeException(nameof(codec), codec, null),
    };

    /// <summary>Reads the content of <see cref="Filters"/>. Like Xen Orchestra, only the first element counts.</summary>
    /// <exception cref="CorruptBackupException">No JSON array whose first element, if it has one, is a text.</exception>
    /// <exception cref="UnsupportedBackupException">An unknown compression.</exception>
    public static BlockCodec ParseFilters(ReadOnlyMemory<byte> content, RemotePath file)
    {
        try
        {
            using var json = JsonDocument.Parse(content);
            if (json.RootElement is not { ValueKind: JsonValueKind.Array } filters)
            {
                throw Corrupt(file, $"found {json.RootElement.ValueKind}, expected an array");
            }

            return filters.GetArrayLength() == 0 ? BlockCodec.None
                : filters[0].ValueKind == JsonValueKind.String ? CodecOf(filters[0].GetString()!, file)
                : throw Corrupt(file, $"element 0 is {filters[0].ValueKind}, expected the name of a compression");
        }
        catch (JsonException broken)
        {
            throw Corrupt(file, $"it is not JSON: line {broken.LineNumber + 1}, byte {broken.BytePositionInLine + 1}", broken);
        }
        catch (InvalidOperationException broken)
        {
            // A text with half of a surrogate pair.
            throw Corrupt(file, "element 0 is not a valid text", broken);
        }
    }

    private static bool TryParse(string name, out int number) =>
        int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out number) && (name.Length == 1 || name[0] != '0');

    private static BlockCodec CodecOf(string name, RemotePath file) => name switch
    {
        "gzip" => BlockCodec.Gzip,
        "brotli" => BlockCodec.Brotli,
        _ => throw new UnsupportedBackupException($"{file}: the compression {RemotePath.Quote(name)} is not known, only \"gzip\", \"brotli\" and none are.") { Path = file.Value },
    };

    private static CorruptBackupException Corrupt(RemotePath file, string problem, Exception? cause = null) =>
        new($"{file}: {problem}.", ErrorCodes.CorruptFormat, cause) { Path = file.Value };
}
