using System.Text;
using MirrorBackup.Golden;

namespace MirrorBackup.Remotes.Tests;

/// <summary>The ways in which a URL gives the key of a remote.</summary>
public sealed class KeyOptionTests : IDisposable
{
    private const string Variable = "MIRRORBACKUP_TEST_KEY_OPTION";

    private static readonly RemotePath Path = RemotePath.Parse("xo-vm-backups/file");

    private readonly TemporaryFolder _folder = new();
    private readonly TemporaryFolder _keys = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("encryptionKey=%22" + GoldenData.EncryptionKey + "%22")]
    [InlineData("encryptionKey=" + GoldenData.EncryptionKey)]
    [InlineData("encryptionKey=env:" + Variable)]
    [InlineData("encryptionKey=env%3A" + Variable)]
    [InlineData("encryptionKeyVariable=" + Variable)]
    [InlineData("encryptionKeyFile=FOLDER/exact")]
    [InlineData("encryptionKeyFile=FOLDER/unix")]
    [InlineData("encryptionKeyFile=FOLDER/windows")]
    public async Task OpenAsync_EachWay_IsTheSameKey(string option)
    {
        Environment.SetEnvironmentVariable(Variable, GoldenData.EncryptionKey);
        await WriteKeyFilesAsync();
        await using (var remote = await OpenAsync("encryptionKey=%22" + GoldenData.EncryptionKey + "%22"))
        {
            await remote.WriteAllAsync(Path, "content"u8.ToArray(), default, Cancellation);
        }

        await using var again = await OpenAsync(option.Replace("FOLDER", _keys.Path, StringComparison.Ordinal));

        Assert.Equal("content", Encoding.UTF8.GetString(await again.ReadAllAsync(Path, 100, Cancellation)));
        Assert.NotEqual("content", await File.ReadAllTextAsync(_folder[Path.Value], Cancellation));
    }

    [Fact]
    public async Task OpenAsync_KeyInQuotesThatBeginsWithEnv_IsTheKeyItself()
    {
        await using var remote = await OpenAsync("encryptionKey=%22env:0123456789abcdef0123456789ab%22");

        Assert.NotNull(remote.Capabilities.EncryptionFingerprint);
    }

    [Theory]
    [InlineData("encryptionKey=%22SECRET%22", ErrorCodes.InvalidEncryptionKey, "found 6 bytes, expected 32")]
    [InlineData("encryptionKey=env:SECRET", ErrorCodes.InvalidEncryptionKey, "variable that is to hold the encryption key is not set")]
    [InlineData("encryptionKeyFile=/no/SECRET", ErrorCodes.InvalidEncryptionKey, "file that is to hold the encryption key is not there")]
    [InlineData("encryptionKeyFile=FOLDER", ErrorCodes.InvalidEncryptionKey, "file that is to hold the encryption key cannot be read")]
    [InlineData("encryptionKeyFile=FOLDER/short", ErrorCodes.InvalidEncryptionKey, "found 6 bytes, expected 32")]
    [InlineData("encryptionKeyFile=FOLDER/long", ErrorCodes.InvalidEncryptionKey, "found 4096 bytes, expected 32")]
    [InlineData("encryptionKey=%22SECRET%22&encryptionKeyFile=SECRET", ErrorCodes.InvalidUrl, "more than one of the options")]
    [InlineData("encryptionKey=env:SECRET&encryptionKeyVariable=SECRET", ErrorCodes.InvalidUrl, "twice")]
    [InlineData("encryptionKey=1234", ErrorCodes.InvalidUrl, "must be a text")]
    public async Task OpenAsync_NoUsableKey_SaysWhyWithoutShowingIt(string option, string code, string message)
    {
        await WriteKeyFilesAsync();

        var exception = await Assert.ThrowsAnyAsync<MirrorBackupException>(() => OpenAsync(option.Replace("FOLDER", _keys.Path, StringComparison.Ordinal)).AsTask());

        Assert.Equal(code, exception.Code);
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("SECRET", exception.ToString(), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task OpenAsync_WrongKey_ShowsNeither()
    {
        await using (var remote = await OpenAsync("encryptionKey=%22" + GoldenData.EncryptionKey + "%22"))
        {
            await remote.WriteAllAsync(Path, "content"u8.ToArray(), default, Cancellation);
        }

        const string Wrong = "SECRETSECRETSECRETSECRETSECRETSE";
        var exception = await Assert.ThrowsAsync<EncryptionKeyException>(() => OpenAsync($"encryptionKey=%22{Wrong}%22").AsTask());

        Assert.Equal(ErrorCodes.WrongEncryptionKey, exception.Code);
        Assert.DoesNotContain("SECRET", exception.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(GoldenData.EncryptionKey, exception.ToString(), StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _folder.Dispose();
        _keys.Dispose();
    }

    private ValueTask<IRemote> OpenAsync(string option) => new RemoteFactory().OpenAsync($"file://{_folder.Path}?{option}", Cancellation);

    private async Task WriteKeyFilesAsync()
    {
        await File.WriteAllTextAsync(_keys["exact"], GoldenData.EncryptionKey, Cancellation);
        await File.WriteAllTextAsync(_keys["unix"], GoldenData.EncryptionKey + "\n", Cancellation);
        await File.WriteAllTextAsync(_keys["windows"], GoldenData.EncryptionKey + "\r\n", Cancellation);
        await File.WriteAllTextAsync(_keys["short"], "SECRET\n", Cancellation);
        await File.WriteAllTextAsync(_keys["long"], new string('S', 5000), Cancellation);
    }
}
