namespace MirrorBackup.Remotes.Tests;

public sealed class RemotePathTests
{
    [Theory]
    [InlineData("../x")]
    [InlineData("a/../b")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a//b")]
    [InlineData("./a")]
    [InlineData("a\0b")]
    [InlineData("a\\b")]
    [InlineData("c:")]
    [InlineData("nul.vhd")]
    [InlineData("COM1")]
    public void Parse_PathThatMayNotBe_Throws(string text)
    {
        var error = Assert.Throws<CorruptBackupException>(() => RemotePath.Parse(text));

        Assert.Equal(ErrorCodes.InvalidPath, error.Code);
        Assert.False(RemotePath.TryParse(text, out _));
    }

    [Fact]
    public void Combine_Segments_GivesParentAndName()
    {
        var path = RemotePath.Root / "xo-vm-backups" / "vm/vdis";

        Assert.Equal("xo-vm-backups/vm/vdis", path.Value);
        Assert.Equal("vdis", path.Name);
        Assert.Equal("xo-vm-backups/vm", path.Parent.Value);
        Assert.True(path.IsAtOrBelow(RemotePath.Parse("xo-vm-backups/vm")));
        Assert.False(path.IsAtOrBelow(RemotePath.Parse("xo-vm-backups/v")));
    }

    [Fact]
    public void TryCombine_AnyName_TakesWhatTheWholePathTakes()
    {
        string[] names =
        [
            "20260105T010000Z.vhd", "a", "a/b", "ä", "😀", "\ud83d", ".", "..", "../x", "a//b", "/a", "a/", "a\0b", "a\\b", "c:", "nul", "nul.vhd", "LPT9", "lpt0", "con_",
            new('a', 255), new('a', 256), new('ä', 127), new('ä', 128), "",
        ];
        var longest = RemotePath.Parse(string.Join('/', Enumerable.Repeat(new string('d', 254), 16)));
        foreach (var folder in (RemotePath[])[RemotePath.Root, RemotePath.Parse("vm"), longest])
        {
            foreach (var name in names)
            {
                var isPath = RemotePath.TryParse(folder.IsRoot ? name : $"{folder.Value}/{name}", out var expected) && name.Length > 0;

                Assert.Equal(isPath, folder.TryCombine(name, out var path));
                Assert.Equal(isPath ? expected : default, path);
            }
        }

        Assert.Equal(4079, longest.Value.Length);
        Assert.True(longest.TryCombine(new string('e', 16), out _));
        Assert.False(longest.TryCombine(new string('e', 17), out _));
        Assert.False(RemotePath.Root.TryCombine(null, out _));
    }
}
