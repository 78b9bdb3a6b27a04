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
}
