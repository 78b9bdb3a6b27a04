namespace MirrorBackup.Remotes.Tests;

public sealed class RemoteLocationTests
{
    [Theory]
    [InlineData("file:///mnt/nas", "/mnt/nas")]
    [InlineData("file://mnt/nas", "/mnt/nas")]
    [InlineData("FILE:///mnt/nas", "/mnt/nas")]
    [InlineData("file:///mnt/my%20nas", "/mnt/my nas")]
    [InlineData("file:///mnt/100%", "/mnt/100%")]
    [InlineData("file:///mnt/a#b@c:d", "/mnt/a#b@c:d")]
    [InlineData("file:///mnt/%C3%A4", "/mnt/ä")]
    [InlineData("file:///?useVhdDirectory=true", "/")]
    [InlineData("/mnt/nas?x=1#y", "/mnt/nas?x=1#y")]
    public void Parse_LocalUrl_GivesPath(string url, string path)
    {
        var location = RemoteLocation.Parse(url);

        Assert.Equal(("file", path, ""), (location.Scheme, location.Path, location.Host));
    }

    [Theory]
    [InlineData("file:///b", false, null)]
    [InlineData("file:///b?useVhdDirectory=true", true, null)]
    [InlineData("file:///b?useVhdDirectory=false&encryptionKey=", false, null)]
    [InlineData("file:///b?useVhdDirectory=", false, null)]
    [InlineData("file:///b?useVhdDirectory=true&encryptionKey=%220123456789abcdef0123456789abcdef%22", true, "0123456789abcdef0123456789abcdef")]
    [InlineData("file:///b?encryptionKey=plain%20text", false, "plain text")]
    public void Parse_Options_AreJson(string url, bool useVhdDirectory, string? key)
    {
        var location = RemoteLocation.Parse(url);

        Assert.Equal((useVhdDirectory, key), (location.UseVhdDirectory, location.EncryptionKey));
    }

    [Fact]
    public void Parse_S3Url_GivesAllParts()
    {
        var location = RemoteLocation.Parse("s3://AKIA%2F1:se%40cr%2Fet@s3.example.com:9000/bucket/dir?useVhdDirectory=true#eu-west-1");

        Assert.Equal(
            ("s3", "AKIA/1", "se@cr/et", "s3.example.com:9000", "/bucket/dir", "eu-west-1", true),
            (location.Scheme, location.UserName, location.Password, location.Host, location.Path, location.Fragment, location.UseVhdDirectory));
        Assert.Equal("s3://s3.example.com:9000/bucket/dir", location.ToString());
    }

    [Fact]
    public void Parse_SmbUrlOfXenOrchestra_SplitsAtLastAtSign()
    {
        var location = RemoteLocation.Parse("smb://user:p@ss:word@domain\\\\host\\share\0sub\\dir");

        Assert.Equal(("user", "p@ss:word", "domain\\\\host\\share\0sub\\dir"), (location.UserName, location.Password, location.Host));
    }

    [Theory]
    [InlineData("")]
    [InlineData("mnt/nas")]
    [InlineData("://host")]
    [InlineData("1x://host")]
    [InlineData("file:///mnt/xo-vm-backups")]
    [InlineData("file:///mnt/xo-vm-backups/?useVhdDirectory=true")]
    [InlineData("/mnt/xo-vm-backups")]
    [InlineData("s3://k:s@host/bucket/xo-vm-backups")]
    [InlineData("file:///a%00b")]
    [InlineData("file:///a?x=1&x=2")]
    [InlineData("file:///a?name=%22%5Cud800%22")]
    public void Parse_Unusable_IsInvalidUrl(string url) =>
        Assert.Equal(ErrorCodes.InvalidUrl, Assert.Throws<MirrorBackupException>(() => RemoteLocation.Parse(url)).Code);

    [Fact]
    public void Parse_HalfOfASurrogatePair_IsInvalidUrl()
    {
        foreach (var half in (char[])['\ud800', '\udc00'])
        {
            foreach (var url in (string[])[$"file:///a?name={half}", $"file:///{half}", $"s3://{half}{half}@host/bucket"])
            {
                Assert.Contains("valid Unicode", Assert.Throws<MirrorBackupException>(() => RemoteLocation.Parse(url)).Message, StringComparison.Ordinal);
            }
        }

        Assert.Equal("/\U0001F600", RemoteLocation.Parse("file:///\U0001F600").Path);
    }

    [Fact]
    public void Parse_LongAndUnusable_IsShownInPart()
    {
        var path = $"file:///{new string('x', 9000)}/xo-vm-backups";
        var option = $"file:///a?{new string('y', 9000)}=1&{new string('y', 9000)}=2";

        Assert.All((string[])[path, option], url => Assert.InRange(Assert.Throws<MirrorBackupException>(() => RemoteLocation.Parse(url)).Message.Length, 50, 500));
    }

    [Theory]
    [InlineData("s3://key:SECRET/more@host/bucket")]
    [InlineData("s3://key:SECRET?more@host/bucket")]
    [InlineData("s3://key:SECRET#more@host/bucket")]
    [InlineData("s3://key:SECRET@host/xo-vm-backups")]
    [InlineData("azure://account:SECRET@host/c?encryptionKey=%22SECRET%22&encryptionKey=1")]
    [InlineData("file:///a?useVhdDirectory=%22SECRET%22")]
    [InlineData("file:///a?encryptionKey=[%22SECRET%22]")]
    [InlineData("smb://user:SECRET@domain\\\\host\\share")]
    [InlineData("s3://key:SECRET@host/bucket?encryptionKey=%22SECRET%22#region")]
    [InlineData("file:///a?encryptionKey=%22SECRET%22")]
    [InlineData("file:///a?nonsense=%22SECRET%22")]
    public async Task OpenAsync_Refused_ShowsNoSecret(string url)
    {
        var exception = await Assert.ThrowsAnyAsync<MirrorBackupException>(async () =>
        {
            _ = RemoteLocation.Parse(url).UseVhdDirectory;
            await new RemoteFactory().OpenAsync(url, TestContext.Current.CancellationToken);
        });

        Assert.DoesNotContain("SECRET", exception.ToString(), StringComparison.Ordinal);
    }
}
