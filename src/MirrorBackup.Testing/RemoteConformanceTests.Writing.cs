using System.Buffers;
using MirrorBackup.Remotes;
using Xunit;

namespace MirrorBackup.Testing;

public abstract partial class RemoteConformanceTests
{
    /// <summary>Both grades and both ways of writing.</summary>
    public static TheoryData<WriteGrade> Grades => [WriteGrade.Publish, WriteGrade.Stage];

    /// <summary>What is written can be read, in new directories, and nothing else is left beside it.</summary>
    [Theory]
    [MemberData(nameof(Grades))]
    public async Task WriteAllAsync_NewFile_IsThereWhole(WriteGrade grade)
    {
        var content = Bytes(70_000);

        await PutAsync("new/folder/file", content, grade);

        Assert.Equal(content, await ReadAsync("new/folder/file"));
        Assert.Equal(["file"], await NamesAsync("new/folder"));
    }

    /// <summary>The buffer belongs to the caller again when the call has ended.</summary>
    [Fact]
    public async Task WriteAllAsync_BufferChangedAfterwards_ContentStays()
    {
        var buffer = Bytes(1000);
        await PutAsync("own/file", buffer);

        buffer.AsSpan().Clear();

        Assert.Equal(Bytes(1000), await ReadAsync("own/file"));
    }

    /// <summary>An existing file is replaced, also by a shorter one.</summary>
    [Theory]
    [MemberData(nameof(Grades))]
    public async Task WriteAllAsync_ExistingFile_IsReplaced(WriteGrade grade)
    {
        await PutAsync("w/file", Bytes(5000));

        await PutAsync("w/file", Bytes(10, seed: 2), grade);

        Assert.Equal(Bytes(10, seed: 2), await ReadAsync("w/file"));
        Assert.Equal(["file"], await NamesAsync("w"));
    }

    /// <summary>A file that was to be new leaves the one that is there alone.</summary>
    [Theory]
    [MemberData(nameof(Grades))]
    public async Task WriteAllAsync_MustBeNewAndThere_IsConflict(WriteGrade grade)
    {
        await PutAsync("x/file", Bytes(10));

        var exception = await Assert.ThrowsAsync<RemoteConflictException>(
            () => Remote.WriteAllAsync(At("x/file"), Bytes(20), new WriteOptions(grade, MustBeNew: true), Cancellation).AsTask());

        AssertNamed(exception, "x/file", ErrorCodes.RemoteAlreadyExists);
        Assert.Equal(Bytes(10), await ReadAsync("x/file"));
        Assert.Equal(["file"], await NamesAsync("x"));
    }

    /// <summary>Of many that make one file new at once, one succeeds.</summary>
    [Fact]
    public async Task WriteAllAsync_MustBeNewInParallel_OneWins()
    {
        Require(Remote.Capabilities.HasExclusiveCreate, "exclusive creation");

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 12).Select(async number =>
        {
            try
            {
                await Remote.WriteAllAsync(At("race/file"), Bytes(500, number), new WriteOptions(MustBeNew: true), Cancellation);
                return number;
            }
            catch (RemoteConflictException)
            {
                return -1;
            }
        }));

        var winner = Assert.Single(outcomes, static outcome => outcome >= 0);
        Assert.Equal(Bytes(500, winner), await ReadAsync("race/file"));
        Assert.Equal(["file"], await NamesAsync("race"));
    }

    /// <summary>Files that are written at once into one new directory are all there.</summary>
    [Fact]
    public async Task WriteAllAsync_InParallel_AllAreThere()
    {
        await Task.WhenAll(Enumerable.Range(0, 40).Select(number => PutAsync($"q/{number % 4}/{number}", Bytes(100, number), WriteGrade.Stage)));

        for (var number = 0; number < 40; number++)
        {
            Assert.Equal(Bytes(100, number), await ReadAsync($"q/{number % 4}/{number}"));
        }
    }

    /// <summary>A directory is never replaced by a file, and a file never becomes a directory.</summary>
    [Fact]
    public async Task WriteAllAsync_WrongKindInTheWay_IsConflict()
    {
        Require(Remote.Capabilities.HasDirectories, "directories");
        await PutAsync("k/folder/file");

        var onDirectory = await Assert.ThrowsAsync<RemoteConflictException>(() => PutAsync("k/folder"));
        var belowFile = await Assert.ThrowsAsync<RemoteConflictException>(() => PutAsync("k/folder/file/below"));

        AssertNamed(onDirectory, "k/folder", ErrorCodes.RemoteWrongKind);
        AssertNamed(belowFile, "k/folder/file/below", ErrorCodes.RemoteWrongKind);
        Assert.Equal(["folder"], await NamesAsync("k"));
        Assert.Equal(["file"], await NamesAsync("k/folder"));
    }

    /// <summary>The longest name that a path may have can be written.</summary>
    [Fact]
    public async Task WriteAllAsync_LongestName_IsWritten()
    {
        var name = new string('n', RemotePath.MaximumSegmentBytes);

        await PutAsync($"long/{name}", Bytes(3));

        Assert.Equal([name], await NamesAsync("long"));
    }

    /// <summary>Letters of all scripts and signs are kept as they are.</summary>
    [Fact]
    public async Task WriteAllAsync_UnusualName_IsKept()
    {
        await PutAsync("odd/ä 中 €;'\"#%?&*", Bytes(3));

        Assert.Equal(["ä 中 €;'\"#%?&*"], await NamesAsync("odd"));
        Assert.Equal(Bytes(3), await ReadAsync("odd/ä 中 €;'\"#%?&*"));
    }

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

    /// <summary>A file that is replaced while it is open is read as it was, or not at all: never half old and half new.</summary>
    [Fact]
    public async Task ReadAsync_ReplacedMeanwhile_GivesOldContentOrFails()
    {
        await PutAsync("rw/file", Bytes(100_000, seed: 1));
        await using var file = await Remote.OpenReadAsync(At("rw/file"), Cancellation);
        var buffer = new byte[100_000];
        await file.ReadExactlyAsync(0, buffer.AsMemory(0, 10), Cancellation);
        await PutAsync("rw/file", Bytes(100_000, seed: 2));

        var failure = await Record.ExceptionAsync(() => file.ReadExactlyAsync(10, buffer.AsMemory(10), Cancellation).AsTask());

        Assert.Equal(Bytes(100_000, seed: 2), await ReadAsync("rw/file"));
        Assert.True(failure is MirrorBackupException || buffer.AsSpan().SequenceEqual(Bytes(100_000, seed: 1)));
    }

    private async Task AssertNothingBelowAsync(string directory)
    {
        if (await Remote.StatAsync(At(directory), Cancellation) is not null)
        {
            Assert.Empty(await ListAsync(directory));
        }
    }
}
