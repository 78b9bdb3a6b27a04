using System.Text;
using MirrorBackup.Remotes;
using MirrorBackup.Vhd.Directories;

namespace MirrorBackup.Tests.Vhd.Directories;

public sealed class VhdAliasTests
{
    private static readonly RemotePath Alias = RemotePath.Parse("v/d.alias.vhd");

    [Theory]
    [InlineData("data/d.vhd", "v/data/d.vhd")]
    [InlineData(" data/d.vhd \r\n", "v/data/d.vhd")]
    [InlineData("./data/d.vhd", "v/data/d.vhd")]
    [InlineData("data/e6f0b4a7-7d5c-4c25-9c8f-3c1b0c6e6f10.vhd", "v/data/e6f0b4a7-7d5c-4c25-9c8f-3c1b0c6e6f10.vhd")]
    [InlineData("data/alias.vhd", "v/data/alias.vhd")]
    public async Task ReadAsync_GoodAlias_GivesTheDirectory(string content, string target) =>
        Assert.Equal(target, (await ReadAsync(Encoding.UTF8.GetBytes(content))).Value);

    [Theory]
    [InlineData("", "it is empty")]
    [InlineData(" \n", "it is empty")]
    [InlineData(".", "or to the folder itself")]
    [InlineData("./", "or to the folder itself")]
    [InlineData("..", "leads out of data/")]
    [InlineData("../data/d.vhd", "leads out of data/")]
    [InlineData("data/../d.vhd", "leads out of data/")]
    [InlineData("data/..", "leads out of data/")]
    [InlineData("data//d.vhd", "leads out of data/")]
    [InlineData("data/", "leads out of data/")]
    [InlineData("/xo-vm-backups/d.vhd", "expected a relative path")]
    [InlineData("\\data\\d.vhd", "expected a relative path")]
    [InlineData("e.alias.vhd", "is an alias itself")]
    [InlineData("./e.alias.vhd", "is an alias itself")]
    [InlineData("data/e.alias.vhd", "is an alias itself")]
    [InlineData("data", "does not lie directly below data/")]
    [InlineData("d.vhd", "does not lie directly below data/")]
    [InlineData("data/more/d.vhd", "does not lie directly below data/")]
    [InlineData("other/d.vhd", "does not lie directly below data/")]
    [InlineData("data/x.txt", "ends in .vhd")]
    [InlineData("data/d.VHD", "ends in .vhd")]
    [InlineData("data/d\\e.vhd", "cannot be the name of a directory")]
    [InlineData("data/d\u0000.vhd", "cannot be the name of a directory")]
    [InlineData("data/con.vhd", "cannot be the name of a directory")]
    public async Task ReadAsync_BadAlias_SaysWhatItIs(string content, string message)
    {
        var error = await Assert.ThrowsAsync<CorruptBackupException>(() => ReadAsync(Encoding.UTF8.GetBytes(content)));

        Assert.Equal((ErrorCodes.InvalidAlias, "v/d.alias.vhd"), (error.Code, error.Path));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_NoText_SaysSo()
    {
        var error = await Assert.ThrowsAsync<CorruptBackupException>(() => ReadAsync([.. "data/"u8, 0xFF, 0xFE, .. ".vhd"u8]));

        Assert.Equal("The alias v/d.alias.vhd leads nowhere: it is not text in UTF-8.", error.Message);
    }

    [Fact]
    public async Task ReadAsync_TooLarge_SaysSo()
    {
        await ReadAsync([.. "data/d.vhd"u8, .. new string(' ', 1014).Select(static c => (byte)c)]);

        var error = await Assert.ThrowsAsync<CorruptBackupException>(() => ReadAsync([.. "data/d.vhd"u8, .. new string(' ', 1015).Select(static c => (byte)c)]));

        Assert.Equal("The alias v/d.alias.vhd leads nowhere: it is larger than 1024 bytes, the most that an alias may have.", error.Message);
        Assert.Equal(ErrorCodes.InvalidAlias, error.Code);
    }

    [Fact]
    public async Task ReadAsync_Directory_SaysSo()
    {
        await using var remote = new MemoryRemote("memory");
        await remote.WriteAllAsync(Alias / "header", default, default, TestContext.Current.CancellationToken);

        var error = await Assert.ThrowsAsync<CorruptBackupException>(() => VhdAlias.ReadAsync(remote, Alias, TestContext.Current.CancellationToken).AsTask());

        Assert.Equal("The alias v/d.alias.vhd leads nowhere: it is a directory, expected a small text file.", error.Message);
    }

    [Fact]
    public async Task ReadAsync_Missing_IsNotFound()
    {
        await using var remote = new MemoryRemote("memory");

        await Assert.ThrowsAsync<RemoteNotFoundException>(() => VhdAlias.ReadAsync(remote, Alias, TestContext.Current.CancellationToken).AsTask());
    }

    [Fact]
    public async Task WriteAsync_Target_IsTheTenBytesThatXenOrchestraWrites()
    {
        var token = TestContext.Current.CancellationToken;
        await using var remote = new MemoryRemote("memory");

        await VhdAlias.WriteAsync(remote, Alias, VhdAlias.DataPathFor(Alias), default, token);

        Assert.Equal("data/d.vhd"u8.ToArray(), await remote.ReadAllAsync(Alias, 1024, token));
        Assert.Equal("v/data/d.vhd", (await VhdAlias.ReadAsync(remote, Alias, token)).Value);
    }

    [Theory]
    [InlineData("v/d.alias.vhd", "w/data/d.vhd")]
    [InlineData("v/d.alias.vhd", "v/d.vhd")]
    [InlineData("v/d.alias.vhd", "v/data/e.alias.vhd")]
    [InlineData("v/d.alias.vhd", "v/data/more/d.vhd")]
    [InlineData("v/d.alias.vhd", "v/data/d")]
    [InlineData("v/alias.vhd", "v/data/d.vhd")]
    public async Task WriteAsync_TargetThatCouldNotBeRead_Throws(string alias, string target)
    {
        await using var remote = new MemoryRemote("memory");

        await Assert.ThrowsAsync<ArgumentException>(async () =>
            await VhdAlias.WriteAsync(remote, RemotePath.Parse(alias), RemotePath.Parse(target), default, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("v/.alias.vhd")]
    [InlineData("v/alias.vhd")]
    [InlineData("v/d.vhd")]
    public void DataPathFor_NoAlias_Throws(string path) => Assert.Throws<ArgumentException>(() => VhdAlias.DataPathFor(RemotePath.Parse(path)));

    private static async Task<RemotePath> ReadAsync(byte[] content)
    {
        await using var remote = new MemoryRemote("memory");
        await remote.WriteAllAsync(Alias, content, default, TestContext.Current.CancellationToken);
        return await VhdAlias.ReadAsync(remote, Alias, TestContext.Current.CancellationToken);
    }
}
