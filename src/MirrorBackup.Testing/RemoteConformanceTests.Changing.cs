using MirrorBackup.Remotes;
using Xunit;

namespace MirrorBackup.Testing;

public abstract partial class RemoteConformanceTests
{
    /// <summary>A file gets its new name, in a new directory, and loses the old one.</summary>
    [Fact]
    public async Task MoveAsync_File_HasNewNameOnly()
    {
        await PutAsync("from/file", Bytes(1000));

        await Remote.MoveAsync(At("from/file"), At("to/deep/name"), cancellationToken: Cancellation);

        Assert.Equal(Bytes(1000), await ReadAsync("to/deep/name"));
        Assert.Null(await Remote.StatAsync(At("from/file"), Cancellation));
    }

    /// <summary>A staged move shows at once, and the flush changes nothing that shows.</summary>
    [Fact]
    public async Task MoveAsync_Staged_HasNewNameOnlyBeforeAndAfterTheFlush()
    {
        await PutAsync("sm/from/file", Bytes(1000));

        await Remote.MoveAsync(At("sm/from/file"), At("sm/to/file"), WriteGrade.Stage, Cancellation);

        Assert.Null(await Remote.StatAsync(At("sm/from/file"), Cancellation));
        Assert.Equal(Bytes(1000), await ReadAsync("sm/to/file"));
        await Remote.FlushAsync(At("sm/to"), Cancellation);
        Assert.Equal(Bytes(1000), await ReadAsync("sm/to/file"));
    }

    /// <summary>A file that has the new name is replaced.</summary>
    [Fact]
    public async Task MoveAsync_DestinationThere_IsReplaced()
    {
        await PutAsync("s/a", Bytes(10, seed: 1));
        await PutAsync("s/b", Bytes(20, seed: 2));

        await Remote.MoveAsync(At("s/a"), At("s/b"), cancellationToken: Cancellation);

        Assert.Equal(Bytes(10, seed: 1), await ReadAsync("s/b"));
        Assert.Equal(["b"], await NamesAsync("s"));
    }

    /// <summary>Moving a file to its own name changes nothing.</summary>
    [Fact]
    public async Task MoveAsync_ToItself_Stays()
    {
        await PutAsync("self/file", Bytes(10));

        await Remote.MoveAsync(At("self/file"), At("self/file"), cancellationToken: Cancellation);

        Assert.Equal(Bytes(10), await ReadAsync("self/file"));
    }

    /// <summary>Without a source nothing changes, not even a directory is made.</summary>
    [Fact]
    public async Task MoveAsync_SourceMissing_IsNotFoundAndChangesNothing()
    {
        await PutAsync("o/there", Bytes(10));

        var exception = await Assert.ThrowsAsync<RemoteNotFoundException>(
            () => Remote.MoveAsync(At("o/none"), At("o/there"), cancellationToken: Cancellation).AsTask());
        await Assert.ThrowsAsync<RemoteNotFoundException>(() => Remote.MoveAsync(At("o/none"), At("made/file"), cancellationToken: Cancellation).AsTask());

        AssertNamed(exception, "o/none");
        Assert.Equal(Bytes(10), await ReadAsync("o/there"));
        Assert.Null(await Remote.StatAsync(At("made"), Cancellation));
    }

    /// <summary>Directories are neither moved nor replaced.</summary>
    [Fact]
    public async Task MoveAsync_Directory_IsConflict()
    {
        Require(Remote.Capabilities.HasDirectories, "directories");
        await PutAsync("md/folder/file");
        await PutAsync("md/file");

        var source = await Assert.ThrowsAsync<RemoteConflictException>(() => Remote.MoveAsync(At("md/folder"), At("md/x"), cancellationToken: Cancellation).AsTask());
        var destination = await Assert.ThrowsAsync<RemoteConflictException>(
            () => Remote.MoveAsync(At("md/file"), At("md/folder"), cancellationToken: Cancellation).AsTask());

        Assert.Equal((ErrorCodes.RemoteWrongKind, ErrorCodes.RemoteWrongKind), (source.Code, destination.Code));
        Assert.Equal(["file", "folder"], await NamesAsync("md"));
    }

    /// <summary>A file goes, its neighbours stay, and a second time nothing happens.</summary>
    [Fact]
    public async Task DeleteAsync_File_GoesOnce()
    {
        await PutAsync("del/a");
        await PutAsync("del/b");

        await Remote.DeleteAsync(At("del/a"), Cancellation);
        await Remote.DeleteAsync(At("del/a"), Cancellation);
        await Remote.DeleteAsync(At("no/such/file"), Cancellation);
        await Remote.DeleteAsync(At("del/b/below"), Cancellation);

        Assert.Equal(["b"], await NamesAsync("del"));
    }

    /// <summary>Deleting a file never takes a directory.</summary>
    [Fact]
    public async Task DeleteAsync_Directory_IsConflict()
    {
        Require(Remote.Capabilities.HasDirectories, "directories");
        await Remote.CreateDirectoryAsync(At("dd/folder"), Cancellation);

        var exception = await Assert.ThrowsAsync<RemoteConflictException>(() => Remote.DeleteAsync(At("dd/folder"), Cancellation).AsTask());

        AssertNamed(exception, "dd/folder", ErrorCodes.RemoteWrongKind);
        Assert.NotNull(await Remote.StatAsync(At("dd/folder"), Cancellation));
    }

    /// <summary>Directories are made with those above them, and a second time nothing happens.</summary>
    [Fact]
    public async Task CreateDirectoryAsync_Twice_IsThere()
    {
        Require(Remote.Capabilities.HasDirectories, "directories");

        await Remote.CreateDirectoryAsync(At("mk/a/b"), Cancellation);
        await Remote.CreateDirectoryAsync(At("mk/a/b"), Cancellation);
        await Remote.CreateDirectoryAsync(RemotePath.Root, Cancellation);

        Assert.Empty(await ListAsync("mk/a/b"));
    }

    /// <summary>A file in the way of a directory stays.</summary>
    [Fact]
    public async Task CreateDirectoryAsync_FileInTheWay_IsConflict()
    {
        Require(Remote.Capabilities.HasDirectories, "directories");
        await PutAsync("mf/file", Bytes(10));

        var same = await Assert.ThrowsAsync<RemoteConflictException>(() => Remote.CreateDirectoryAsync(At("mf/file"), Cancellation).AsTask());
        await Assert.ThrowsAsync<RemoteConflictException>(() => Remote.CreateDirectoryAsync(At("mf/file/below"), Cancellation).AsTask());

        AssertNamed(same, "mf/file", ErrorCodes.RemoteWrongKind);
        Assert.Equal(Bytes(10), await ReadAsync("mf/file"));
    }

    /// <summary>A tree goes with all that is below, its neighbours stay, and a missing one is fine.</summary>
    [Fact]
    public async Task DeleteTreeAsync_Tree_GoesWhole()
    {
        await PutAsync("tree/a/b/c/file");
        await PutAsync("tree/a/file");
        await PutAsync("tree/ab/file");

        await Remote.DeleteTreeAsync(At("tree/a"), Cancellation);
        await Remote.DeleteTreeAsync(At("tree/a"), Cancellation);

        Assert.Equal(["ab"], await NamesAsync("tree"));
        Assert.Equal(["file"], await NamesAsync("tree/ab"));
    }

    /// <summary>The root is never deleted.</summary>
    [Fact]
    public async Task DeleteTreeAsync_Root_IsRefused()
    {
        await PutAsync("stays");

        await Assert.ThrowsAsync<ArgumentException>(async () => await Remote.DeleteTreeAsync(RemotePath.Root, Cancellation));

        Assert.Equal(["stays"], await NamesAsync(""));
    }

    /// <summary>Deleting a tree never takes a file.</summary>
    [Fact]
    public async Task DeleteTreeAsync_File_IsConflict()
    {
        Require(Remote.Capabilities.HasDirectories, "directories");
        await PutAsync("tf/file");

        var exception = await Assert.ThrowsAsync<RemoteConflictException>(() => Remote.DeleteTreeAsync(At("tf/file"), Cancellation).AsTask());

        AssertNamed(exception, "tf/file", ErrorCodes.RemoteWrongKind);
        Assert.Equal(["file"], await NamesAsync("tf"));
    }

    /// <summary>A flush of staged files, of nothing and of what has gone succeeds.</summary>
    [Fact]
    public async Task FlushAsync_StagedMovedDeletedMissing_Succeeds()
    {
        await PutAsync("f/a/one", Bytes(10, seed: 1), WriteGrade.Stage);
        await PutAsync("f/a/two", Bytes(10, seed: 2), WriteGrade.Stage);
        await PutAsync("f/b/three", Bytes(10, seed: 3), WriteGrade.Stage);
        await Remote.DeleteAsync(At("f/a/two"), Cancellation);
        await Remote.DeleteTreeAsync(At("f/b"), Cancellation);

        await Remote.FlushAsync(At("f/a"), Cancellation);
        await Remote.FlushAsync(At("f/a/one"), Cancellation);
        await Remote.FlushAsync(At("no/such"), Cancellation);
        await Remote.FlushAsync(RemotePath.Root, Cancellation);

        Assert.Equal(Bytes(10, seed: 1), await ReadAsync("f/a/one"));
        Assert.Equal(["one"], await NamesAsync("f/a"));
    }

    /// <summary>Writing in place changes what it says and nothing else, grows and cuts the file.</summary>
    [Fact]
    public async Task OpenForUpdateAsync_WritesInPlace_ChangesOnlyThat()
    {
        Require(Remote.Capabilities.SupportsUpdate, "writing in place");
        var expected = Bytes(10_000);
        await PutAsync("up/file", expected);
        await using (var file = await Remote.OpenForUpdateAsync(At("up/file"), Cancellation))
        {
            await file.WriteAsync(5000, Bytes(100, seed: 2), Cancellation);
            await file.WriteAsync(20_000, Bytes(300_000, seed: 3), Cancellation);
            await file.SetLengthAsync(200_000, Cancellation);
            await file.FlushAsync(Cancellation);
            await file.SetLengthAsync(250_000, Cancellation);
            var back = new byte[100];
            await file.ReadExactlyAsync(5000, back, Cancellation);
            Assert.Equal(Bytes(100, seed: 2), back);
            await file.FlushAsync(Cancellation);
        }

        Array.Resize(ref expected, 250_000);
        Bytes(100, seed: 2).CopyTo(expected, 5000);
        Bytes(180_000, seed: 3).CopyTo(expected, 20_000);
        Assert.Equal(expected, await ReadAsync("up/file"));
        Assert.Equal(["file"], await NamesAsync("up"));
    }

    /// <summary>Several writes to different places run at once.</summary>
    [Fact]
    public async Task OpenForUpdateAsync_InParallel_AllAreWritten()
    {
        Require(Remote.Capabilities.SupportsUpdate, "writing in place");
        await PutAsync("upp/file", []);
        await using var file = await Remote.OpenForUpdateAsync(At("upp/file"), Cancellation);

        await Task.WhenAll(Enumerable.Range(0, 16).Select(part => file.WriteAsync(part * 1000, Bytes(1000, part), Cancellation).AsTask()));

        Assert.Equal(Enumerable.Range(0, 16).SelectMany(static part => Bytes(1000, part)).ToArray(), await ReadAsync("upp/file"));
    }

    /// <summary>Only what is there can be updated.</summary>
    [Fact]
    public async Task OpenForUpdateAsync_Missing_IsNotFound()
    {
        if (!Remote.Capabilities.SupportsUpdate)
        {
            await Assert.ThrowsAsync<NotSupportedException>(() => Remote.OpenForUpdateAsync(At("upm/file"), Cancellation).AsTask());
            return;
        }

        await Assert.ThrowsAsync<RemoteNotFoundException>(() => Remote.OpenForUpdateAsync(At("upm/file"), Cancellation).AsTask());

        Assert.Null(await Remote.StatAsync(At("upm"), Cancellation));
    }
}
