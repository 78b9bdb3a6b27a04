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
}
