using System.Text;
using MirrorBackup.Codecs.Encryption;

namespace MirrorBackup.Tests.Codecs;

public sealed class EncryptionKeyTests
{
    private const string Text = "0123456789abcdef0123456789ABCDEF";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task FromText_ThirtyTwoAsciiCharacters_AreTheKey()
    {
        using var key = EncryptionKey.FromText(Text);
        using var copy = await key.CopyAsync(Cancellation);

        Assert.Equal(Encoding.ASCII.GetBytes(Text), Bytes(copy));
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("0123456789abcdef0123456789ABCDE", 31)]
    [InlineData("0123456789abcdef0123456789ABCDEFG", 33)]
    [InlineData("éééééééééééééééééééééééééééééééé", 64)]
    public void FromText_AnotherLength_IsRefusedWithoutShowingIt(string text, int bytes)
    {
        var exception = Assert.Throws<EncryptionKeyException>(() => EncryptionKey.FromText(text));

        Assert.Equal(ErrorCodes.InvalidEncryptionKey, exception.Code);
        Assert.Equal($"The encryption key cannot be used: found {bytes} bytes, expected 32.", exception.Message);
    }

    [Fact]
    public void FromText_SixteenCharactersOfTwoBytes_IsAKey()
    {
        using var key = EncryptionKey.FromText(new string('é', 16));

        Assert.Equal(32, Bytes(key).Length);
    }

    [Fact]
    public async Task FromCallback_ManyUsers_IsAskedOnceAndItsAnswerIsWiped()
    {
        var asked = 0;
        var given = Encoding.ASCII.GetBytes(Text);
        using var key = EncryptionKey.FromCallback(async stop =>
        {
            Interlocked.Increment(ref asked);
            await Task.Yield();
            return given;
        });
        Assert.Equal(0, asked);

        var copies = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => key.CopyAsync(Cancellation).AsTask()));

        Assert.Equal(1, asked);
        Assert.All(copies, copy => Assert.Equal(Encoding.ASCII.GetBytes(Text), Bytes(copy)));
        Assert.Equal(new byte[32], given);
    }

    [Fact]
    public async Task FromCallback_WrongLength_IsRefusedAndWiped()
    {
        var given = "secret"u8.ToArray();
        using var key = EncryptionKey.FromCallback(_ => ValueTask.FromResult(given));

        var exception = await Assert.ThrowsAsync<EncryptionKeyException>(() => key.CopyAsync(Cancellation).AsTask());

        Assert.Contains("found 6 bytes, expected 32", exception.Message, StringComparison.Ordinal);
        Assert.Equal(new byte[6], given);
    }

    [Fact]
    public async Task FromCallback_FailsFirst_IsAskedAgain()
    {
        var asked = 0;
        using var key = EncryptionKey.FromCallback(
            _ => ++asked == 1 ? throw new TimeoutException("vault") : ValueTask.FromResult(Encoding.ASCII.GetBytes(Text)));

        await Assert.ThrowsAsync<TimeoutException>(() => key.CopyAsync(Cancellation).AsTask());
        using var copy = await key.CopyAsync(Cancellation);

        Assert.Equal(Encoding.ASCII.GetBytes(Text), Bytes(copy));
    }

    [Fact]
    public async Task Dispose_CopyMadeBefore_StaysUsable()
    {
        var key = EncryptionKey.FromText(Text);
        using var copy = await key.CopyAsync(Cancellation);

        key.Dispose();
        key.Dispose();

        Assert.Equal(Encoding.ASCII.GetBytes(Text), Bytes(copy));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => key.CopyAsync(Cancellation).AsTask());
    }

    [Fact]
    public void Dispose_Key_MakesNoCipherAnyMore()
    {
        var key = EncryptionKey.FromText(Text);

        key.Dispose();

        Assert.Throws<ObjectDisposedException>(() => Bytes(key));
    }

    [Fact]
    public void ToString_Key_ShowsNothing()
    {
        using var key = EncryptionKey.FromText(Text);

        Assert.Equal("EncryptionKey", key.ToString());
        Assert.Equal("EncryptionKey", $"{key}");
    }

    private static byte[] Bytes(EncryptionKey key) => key.Make(static bytes => bytes.ToArray());
}
