using MirrorBackup.Remotes;
using Xunit;

namespace MirrorBackup.Testing;

public abstract partial class RemoteConformanceTests
{
    /// <summary>Lengths around the sizes at which storages and ciphers change their ways.</summary>
    public static TheoryData<int> StoredLengths => [0, 1, 15, 16, 17, 70_000, 5_000_000];

    /// <summary>What is read as stored can be written as stored under another name, and is the same file then.</summary>
    [Theory]
    [MemberData(nameof(StoredLengths))]
    public async Task OpenStoredAsync_WrittenAsStored_IsTheSameFile(int length)
    {
        var content = Bytes(length);
        await PutAsync("st/file", content);

        var stored = await ReadStoredAsync("st/file");
        await Remote.WriteAllAsync(At("st/put"), stored, new WriteOptions(AsStored: true), Cancellation);
        await using (var upload = await Remote.CreateAsync(At("st/sent"), new UploadOptions(Length: stored.Length, AsStored: true), Cancellation))
        {
            await upload.Output.WriteAsync(stored, Cancellation);
            await upload.CommitAsync(Cancellation);
        }

        Assert.Equal(content, await ReadAsync("st/put"));
        Assert.Equal(content, await ReadAsync("st/sent"));
        Assert.Equal(stored, await ReadStoredAsync("st/sent"));
        var buffer = new byte[stored.Length];
        Assert.Equal(stored.Length, await Remote.ReadAllAsync(At("st/sent"), buffer, asStored: true, Cancellation));
        Assert.True(buffer.AsSpan().SequenceEqual(stored));
        Assert.Equal(stored.Length, await Remote.ReadAllAsync(At("st/sent"), buffer.AsMemory(0, stored.Length / 2), asStored: true, Cancellation));
        Assert.Equal(length, (await Remote.StatAsync(At("st/sent"), Cancellation))!.Value.Length);
    }

    /// <summary>Where nothing is encrypted the stored bytes are the content; elsewhere they are not.</summary>
    [Fact]
    public async Task OpenStoredAsync_Content_IsClearOnlyWithoutEncryption()
    {
        await PutAsync("sc/file", Bytes(1000));

        var stored = await ReadStoredAsync("sc/file");

        Assert.Equal(Remote.Capabilities.EncryptionFingerprint is null, stored.AsSpan().SequenceEqual(Bytes(1000)));
    }

    /// <summary>A missing file is said to be missing.</summary>
    [Fact]
    public async Task OpenStoredAsync_Missing_IsNotFound()
    {
        var exception = await Assert.ThrowsAsync<RemoteNotFoundException>(() => Remote.OpenStoredAsync(At("no/such"), Cancellation).AsTask());

        AssertNamed(exception, "no/such", ErrorCodes.RemoteNotFound);
    }

    private async Task<byte[]> ReadStoredAsync(string path)
    {
        await using var file = await Remote.OpenStoredAsync(At(path), Cancellation);
        var stored = new byte[file.Length];
        await file.ReadExactlyAsync(0, stored, Cancellation);
        return stored;
    }
}
