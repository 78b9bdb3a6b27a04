using System.Text;
using MirrorBackup.Backups;
using MirrorBackup.Remotes;
using MirrorBackup.Vhd.Directories;

namespace MirrorBackup.Tests.Vhd.Directories;

public sealed class VhdDirectoryLayoutTests
{
    private static readonly RemotePath Data = RemotePath.Parse("v/data/d.vhd");
    private static readonly RemotePath Filters = VhdDirectoryLayout.Filters(Data);

    [Theory]
    [InlineData(0, "blocks/0/0")]
    [InlineData(7, "blocks/0/7")]
    [InlineData(999, "blocks/0/999")]
    [InlineData(1000, "blocks/1/0")]
    [InlineData(1234, "blocks/1/234")]
    [InlineData(1_048_575, "blocks/1048/575")]
    public void Block_Index_IsTheSpecificationsPath(int index, string path) => Assert.Equal($"v/data/d.vhd/{path}", VhdDirectoryLayout.Block(Data, index).Value);

    [Theory]
    [InlineData("0", "0", 0)]
    [InlineData("0", "999", 999)]
    [InlineData("1234", "7", 1_234_007)]
    [InlineData("33554", "431", 33_554_431)]
    [InlineData("33554", "432", null)]
    [InlineData("2147483647", "0", null)]
    [InlineData("99999999999", "0", null)]
    [InlineData("0", "1000", null)]
    [InlineData("0", "007", null)]
    [InlineData("00", "7", null)]
    [InlineData("0", "+7", null)]
    [InlineData("0", "-1", null)]
    [InlineData("0", "", null)]
    [InlineData("", "0", null)]
    [InlineData(" 1", "0", null)]
    [InlineData("0", "x", null)]
    public void TryParseBlock_Names_OnlyThoseOfBlocks(string folder, string file, int? block) =>
        Assert.Equal(block, VhdDirectoryLayout.TryParseBlock(folder, file, out var index) ? index : null);

    [Theory]
    [InlineData("[\"brotli\"]", BlockCodec.Brotli)]
    [InlineData("[\"gzip\"]", BlockCodec.Gzip)]
    [InlineData("[]", BlockCodec.None)]
    [InlineData(" [ \"gzip\" , \"brotli\" ]\n", BlockCodec.Gzip)] // XO looks at the first alone.
    public void ParseFilters_KnownCompression_IsRead(string json, BlockCodec codec) =>
        Assert.Equal(codec, VhdDirectoryLayout.ParseFilters(Encoding.UTF8.GetBytes(json), Filters));

    [Theory]
    [InlineData("[\"zstd\"]", "the compression \"zstd\" is not known")]
    [InlineData("[\"none\"]", "the compression \"none\" is not known")]
    [InlineData("[\"Brotli\"]", "the compression \"Brotli\" is not known")]
    public void ParseFilters_UnknownCompression_IsUnsupportedByName(string json, string message)
    {
        var error = Assert.Throws<UnsupportedBackupException>(() => VhdDirectoryLayout.ParseFilters(Encoding.UTF8.GetBytes(json), Filters));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Equal("v/data/d.vhd/chunk-filters.json", error.Path);
    }

    [Theory]
    [InlineData("", "it is not JSON: line 1, byte 1")]
    [InlineData("[\"brotli\"", "it is not JSON: line 1, byte 10")]
    [InlineData("{\"0\":\"brotli\"}", "found Object, expected an array")]
    [InlineData("null", "found Null, expected an array")]
    [InlineData("[null]", "element 0 is Null")]
    [InlineData("[1]", "element 0 is Number")]
    [InlineData("[\"\\ud800\"]", "element 0 is not a valid text")]
    public void ParseFilters_NoListOfNames_IsCorrupt(string json, string message)
    {
        var error = Assert.Throws<CorruptBackupException>(() => VhdDirectoryLayout.ParseFilters(Encoding.UTF8.GetBytes(json), Filters));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FormatFilters_EveryCodec_IsWhatXenOrchestraWrites()
    {
        Assert.Equal("[\"brotli\"]"u8.ToArray(), VhdDirectoryLayout.FormatFilters(BlockCodec.Brotli));
        Assert.Equal("[\"gzip\"]"u8.ToArray(), VhdDirectoryLayout.FormatFilters(BlockCodec.Gzip));
        Assert.Null(VhdDirectoryLayout.FormatFilters(BlockCodec.None));
    }
}
