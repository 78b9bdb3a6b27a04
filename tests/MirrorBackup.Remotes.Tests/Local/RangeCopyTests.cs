using MirrorBackup.Golden;

namespace MirrorBackup.Remotes.Tests.Local;

/// <summary>The kernel copies ranges between local remotes; where it cannot, the upload is as it was.</summary>
public sealed class RangeCopyTests : IDisposable
{
    private static readonly RemotePath s_from = RemotePath.Parse("from");
    private static readonly RemotePath s_to = RemotePath.Parse("folder/to");

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0, 0, 20_000_000)]
    [InlineData(0, 1, 1)]
    [InlineData(0, 0, 0)]
    [InlineData(3_000_000, 5, 9_000_001)]
    [InlineData(512, 512, 2_097_664)]
    [InlineData(512, 4608, 2_097_664)]
    public async Task TryCopyToAsync_Local_AppendsTheRangeBetweenWhatIsWritten(int before, int offset, int length)
    {
        var content = await FillAsync(_folder.Path, 20_000_001);
        await using var source = new MeteredRemote(new RetryingRemote(new ReadOnlyRemote(Open(_folder.Path))));
        await using var target = new MeteredRemote(Open(_folder.Path));
        await using (var file = await source.OpenReadAsync(s_from, Cancellation))
        await using (var upload = await target.CreateAsync(s_to, new UploadOptions(Length: before + length + 7), Cancellation))
        {
            // Not flushed: what is appended comes behind it all the same.
            Write(upload, content.AsSpan(0, before));
            var result = await file.TryCopyToAsync(offset, length, upload, Cancellation);
            Assert.Equal(RangeCopy.Done, result);
            Write(upload, content.AsSpan(0, 7));
            await upload.CommitAsync(Cancellation);
        }

        Assert.Equal((length, before + length + 7), (source.Traffic.BytesRead, target.Traffic.BytesWritten));
        var found = await File.ReadAllBytesAsync(_folder["folder/to"], Cancellation);
        Assert.Equal((byte[])[.. content[..before], .. content[offset..(offset + length)], .. content[..7]], found);
    }

    [Fact]
    public async Task TryCopyToAsync_SourceBecameShorter_IsRefusedAndTheUploadIsAsItWas()
    {
        var content = await FillAsync(_folder.Path, 30_000_000);
        await using var remote = Open(_folder.Path);
        await using (var file = await remote.OpenReadAsync(s_from, Cancellation))
        await using (var upload = await remote.CreateAsync(s_to, new UploadOptions(Length: 2_000_000), Cancellation))
        {
            await upload.Output.WriteAsync(content.AsMemory(0, 1_000_000), Cancellation);
            using (var cut = File.OpenWrite(_folder["from"]))
            {
                cut.SetLength(20_000_000);
            }

            // Two pieces can be copied before the end is found.
            var result = await file.TryCopyToAsync(0, 30_000_000, upload, Cancellation);
            Assert.Contains("ended", result.Refusal, StringComparison.Ordinal);
            await upload.Output.WriteAsync(content.AsMemory(1_000_000, 1_000_000), Cancellation);
            await upload.CommitAsync(Cancellation);
        }

        Assert.Equal(content[..2_000_000], await File.ReadAllBytesAsync(_folder["folder/to"], Cancellation));
    }

    [Fact]
    public async Task TryCopyToAsync_OtherFileSystem_IsRefusedWithTheReasonAndCanBeWritten()
    {
        var content = await FillAsync(_folder.Path, 100_000);
        using var folder = new TemporaryFolder();
        using var mount = await PrivateMount.CreateAsync("size=1m", folder.Path, "true", Cancellation);
        await using var source = Open(_folder.Path);
        await using var target = Open(mount.Path);
        await using (var file = await source.OpenReadAsync(s_from, Cancellation))
        await using (var upload = await target.CreateAsync(s_to, default, Cancellation))
        {
            var result = await file.TryCopyToAsync(0, content.Length, upload, Cancellation);
            Assert.SkipWhen(result.IsDone, "This kernel copies from one file system to another.");
            Assert.Contains("error 18", result.Refusal, StringComparison.Ordinal);
            await upload.Output.WriteAsync(content, Cancellation);
            await upload.CommitAsync(Cancellation);
        }

        Assert.Equal(content, await target.ReadAllAsync(s_to, content.Length, Cancellation));
    }

    [Fact]
    public async Task TryCopyToAsync_StorageFull_IsFullAndLeavesNothing()
    {
        using var mount = await PrivateMount.CreateAsync("size=3m", _folder.Path, "head -c 2000000 /dev/zero > from", Cancellation);
        await using var remote = Open(mount.Path);
        await using (var file = await remote.OpenReadAsync(s_from, Cancellation))
        await using (var upload = await remote.CreateAsync(RemotePath.Parse("to"), default, Cancellation))
        {
            var error = await Assert.ThrowsAsync<RemoteFullException>(() => file.TryCopyToAsync(0, 2_000_000, upload, Cancellation).AsTask());
            Assert.Equal("to", error.Path);
        }

        Assert.Equal(["from"], Directory.GetFileSystemEntries(mount.Path).Select(Path.GetFileName));
    }

    [Fact]
    public async Task TryCopyToAsync_Cancelled_IsStopped()
    {
        await FillAsync(_folder.Path, 1000);
        await using var remote = Open(_folder.Path);
        await using var file = await remote.OpenReadAsync(s_from, Cancellation);
        await using var upload = await remote.CreateAsync(s_to, default, Cancellation);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => file.TryCopyToAsync(0, 1000, upload, new CancellationToken(true)).AsTask());
        await Assert.ThrowsAsync<InvalidOperationException>(() => upload.CommitAsync(Cancellation).AsTask());
    }

    [Fact]
    public async Task TryCopyToAsync_ToMemory_IsRefused()
    {
        await FillAsync(_folder.Path, 1000);
        await using var source = Open(_folder.Path);
        await using var target = new MemoryRemote();
        await using var file = await source.OpenReadAsync(s_from, Cancellation);
        await using var upload = await target.CreateAsync(s_to, default, Cancellation);

        Assert.Equal(
            RangeCopy.Refused("the destination is not a file of the operating system"), await file.TryCopyToAsync(0, 1000, upload, Cancellation));
    }

    [Fact]
    public async Task TryCopyToAsync_FileSystemWithReflinks_SharesTheBytes()
    {
        using var mount = await ReflinkMount.CreateAsync(_folder, Cancellation);
        var content = await FillAsync(mount.Path, 64_000_000);
        await using var remote = Open(mount.Path);
        var before = new DriveInfo(mount.Path).AvailableFreeSpace;
        await using (var file = await remote.OpenReadAsync(s_from, Cancellation))
        await using (var upload = await remote.CreateAsync(s_to, new UploadOptions(Length: content.Length), Cancellation))
        {
            // As a VHD file has its blocks: at multiples of 512, the same in both files.
            await upload.Output.WriteAsync(content.AsMemory(0, 2560), Cancellation);
            for (var offset = 2560; offset < content.Length; offset += 2_097_664)
            {
                Assert.Equal(RangeCopy.Done, await file.TryCopyToAsync(offset, Math.Min(2_097_664, content.Length - offset), upload, Cancellation));
            }

            await upload.CommitAsync(Cancellation);
        }

        Assert.InRange(before - new DriveInfo(mount.Path).AvailableFreeSpace, long.MinValue, 4_000_000);
        Assert.Equal(content, await File.ReadAllBytesAsync(Path.Combine(mount.Path, s_to.Value), Cancellation));
    }

    private static LocalRemote Open(string path)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The kernel copies on Linux only.");
        return LocalRemote.Open(path);
    }

    private static async Task<byte[]> FillAsync(string folder, int length)
    {
        var content = new byte[length];
        new Random(length).NextBytes(content);
        await File.WriteAllBytesAsync(Path.Combine(folder, s_from.Value), content, Cancellation);
        return content;
    }

    private static void Write(IUpload upload, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(upload.Output.GetSpan(bytes.Length));
        upload.Output.Advance(bytes.Length);
    }
}
