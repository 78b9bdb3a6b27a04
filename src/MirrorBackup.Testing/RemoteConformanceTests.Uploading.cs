using System.Buffers;
using MirrorBackup.Remotes;
using Xunit;

namespace MirrorBackup.Testing;

public abstract partial class RemoteConformanceTests
{
    /// <summary>An upload is invisible before its commit and whole after it.</summary>
    [Theory]
    [MemberData(nameof(Grades))]
    public async Task CreateAsync_Commit_MakesVisible(WriteGrade grade)
    {
        var content = Bytes(3_000_000);
        await using (var upload = await Remote.CreateAsync(At("u/file"), new UploadOptions(grade, content.Length), Cancellation))
        {
            await upload.Output.WriteAsync(content.AsMemory(0, 2_000_000), Cancellation);
            Assert.Null(await Remote.StatAsync(At("u/file"), Cancellation));
            upload.Output.Write(content.AsSpan(2_000_000));
            await upload.Output.FlushAsync(Cancellation);
            Assert.Null(await Remote.StatAsync(At("u/file"), Cancellation));
            await upload.CommitAsync(Cancellation);
            Assert.Equal(At("u/file"), upload.Path);
        }

        Assert.Equal(content, await ReadAsync("u/file"));
        Assert.Equal(["file"], await NamesAsync("u"));
    }

    /// <summary>What was written without a flush is part of the file, too.</summary>
    [Fact]
    public async Task CreateAsync_NeverFlushed_IsWhole()
    {
        await using (var upload = await Remote.CreateAsync(At("v/file"), default, Cancellation))
        {
            for (var part = 0; part < 100; part++)
            {
                upload.Output.Write(Bytes(30_000, part));
            }

            await upload.CommitAsync(Cancellation);
        }

        Assert.Equal(Enumerable.Range(0, 100).SelectMany(static part => Bytes(30_000, part)).ToArray(), await ReadAsync("v/file"));
    }

    /// <summary>Output that the writer has completed can be committed.</summary>
    [Fact]
    public async Task CreateAsync_OutputCompleted_CanBeCommitted()
    {
        await using var upload = await Remote.CreateAsync(At("done/file"), default, Cancellation);
        await upload.Output.WriteAsync(Bytes(10), Cancellation);
        await upload.Output.CompleteAsync();

        await upload.CommitAsync(Cancellation);

        Assert.Equal(Bytes(10), await ReadAsync("done/file"));
    }

    /// <summary>A range that the storage is to copy by itself is appended behind what was written, or the upload is as it was.</summary>
    [Fact]
    public async Task TryCopyToAsync_Range_IsAppendedOrRefused()
    {
        var content = Bytes(3_000_000);
        await PutAsync("ranges/from", content);
        await using (var file = await Remote.OpenReadAsync(At("ranges/from"), Cancellation))
        await using (var upload = await Remote.CreateAsync(At("ranges/to"), default, Cancellation))
        {
            await upload.Output.WriteAsync(content.AsMemory(0, 10), Cancellation);
            var copy = await file.TryCopyToAsync(1000, 2_000_000, upload, Cancellation);
            Assert.Equal(copy.IsDone, copy.Refusal is null);
            Assert.True(Remote.Capabilities.SupportsRangeCopy || !copy.IsDone, "what the capabilities deny was done");
            if (!copy.IsDone)
            {
                await upload.Output.WriteAsync(content.AsMemory(1000, 2_000_000), Cancellation);
            }

            await upload.Output.WriteAsync(content.AsMemory(0, 10), Cancellation);
            await upload.CommitAsync(Cancellation);
        }

        var found = await ReadAsync("ranges/to");
        Assert.Equal((byte[])[.. content[..10], .. content[1000..2_001_000], .. content[..10]], found);
    }

    /// <summary>An upload of nothing is an empty file.</summary>
    [Fact]
    public async Task CreateAsync_NoBytes_IsEmptyFile()
    {
        await using (var upload = await Remote.CreateAsync(At("zero/file"), new UploadOptions(Length: 0), Cancellation))
        {
            await upload.CommitAsync(Cancellation);
        }

        Assert.Empty(await ReadAsync("zero/file"));
    }

    /// <summary>An upload that is given up leaves nothing, and what was there stays.</summary>
    [Theory]
    [MemberData(nameof(Grades))]
    public async Task CreateAsync_DisposedWithoutCommit_LeavesNothing(WriteGrade grade)
    {
        await PutAsync("g/old", Bytes(10));
        foreach (var path in (string[])["g/old", "g/new"])
        {
            await using var upload = await Remote.CreateAsync(At(path), new UploadOptions(grade, 5_000_000), Cancellation);
            await upload.Output.WriteAsync(Bytes(2_500_000), Cancellation);
        }

        Assert.Equal(["old"], await NamesAsync("g"));
        Assert.Equal(Bytes(10), await ReadAsync("g/old"));
    }

    /// <summary>Completing the output with an error gives the upload up.</summary>
    [Fact]
    public async Task CreateAsync_OutputCompletedWithError_CannotBeCommitted()
    {
        await using (var upload = await Remote.CreateAsync(At("h/file"), default, Cancellation))
        {
            await upload.Output.WriteAsync(Bytes(100), Cancellation);
            await upload.Output.CompleteAsync(new IOException("The source failed."));
            await Assert.ThrowsAnyAsync<Exception>(() => upload.CommitAsync(Cancellation).AsTask());
        }

        Assert.Null(await Remote.StatAsync(At("h/file"), Cancellation));
    }

    /// <summary>Fewer or more bytes than were announced are refused, and leave nothing.</summary>
    [Theory]
    [InlineData(999)]
    [InlineData(1001)]
    [InlineData(0)]
    public async Task CommitAsync_OtherLengthThanAnnounced_IsRefused(int length)
    {
        await using (var upload = await Remote.CreateAsync(At("i/file"), new UploadOptions(Length: 1000), Cancellation))
        {
            var exception = await Assert.ThrowsAsync<CorruptBackupException>(async () =>
            {
                await upload.Output.WriteAsync(Bytes(length), Cancellation);
                await upload.CommitAsync(Cancellation);
            });
            AssertNamed(exception, "i/file", ErrorCodes.UploadLengthMismatch);
        }

        Assert.Null(await Remote.StatAsync(At("i/file"), Cancellation));
        await AssertNothingBelowAsync("i");
    }

    /// <summary>A commit is made once.</summary>
    [Fact]
    public async Task CommitAsync_Twice_IsRefused()
    {
        await using var upload = await Remote.CreateAsync(At("twice/file"), default, Cancellation);
        await upload.CommitAsync(Cancellation);

        await Assert.ThrowsAsync<InvalidOperationException>(() => upload.CommitAsync(Cancellation).AsTask());
    }

    /// <summary>A commit that is cancelled before it begins leaves nothing visible.</summary>
    [Fact]
    public async Task CommitAsync_CancelledBefore_LeavesNothing()
    {
        await using (var upload = await Remote.CreateAsync(At("j/file"), default, Cancellation))
        {
            await upload.Output.WriteAsync(Bytes(100), Cancellation);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => upload.CommitAsync(new CancellationToken(canceled: true)).AsTask());
        }

        await AssertNothingBelowAsync("j");
    }

    /// <summary>A commit that must make a new file fails if the file came meanwhile.</summary>
    [Fact]
    public async Task CommitAsync_MustBeNewAndThereByNow_IsConflict()
    {
        await using (var upload = await Remote.CreateAsync(At("m/file"), new UploadOptions(MustBeNew: true), Cancellation))
        {
            await upload.Output.WriteAsync(Bytes(100), Cancellation);
            await PutAsync("m/file", Bytes(7));
            var exception = await Assert.ThrowsAsync<RemoteConflictException>(() => upload.CommitAsync(Cancellation).AsTask());
            AssertNamed(exception, "m/file", ErrorCodes.RemoteAlreadyExists);
        }

        Assert.Equal(Bytes(7), await ReadAsync("m/file"));
        Assert.Equal(["file"], await NamesAsync("m"));
    }

    /// <summary>Two uploads of one path do not disturb each other; the later commit stays.</summary>
    [Fact]
    public async Task CreateAsync_TwoAtOnce_LaterCommitStays()
    {
        await using var first = await Remote.CreateAsync(At("both/file"), default, Cancellation);
        await using var second = await Remote.CreateAsync(At("both/file"), default, Cancellation);
        await first.Output.WriteAsync(Bytes(100, seed: 1), Cancellation);
        await second.Output.WriteAsync(Bytes(200, seed: 2), Cancellation);

        await second.CommitAsync(Cancellation);
        Assert.Equal(Bytes(200, seed: 2), await ReadAsync("both/file"));
        await first.CommitAsync(Cancellation);

        Assert.Equal(Bytes(100, seed: 1), await ReadAsync("both/file"));
    }

    private async Task AssertNothingBelowAsync(string directory)
    {
        if (await Remote.StatAsync(At(directory), Cancellation) is not null)
        {
            Assert.Empty(await ListAsync(directory));
        }
    }
}
