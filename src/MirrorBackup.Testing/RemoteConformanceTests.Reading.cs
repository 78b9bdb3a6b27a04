using MirrorBackup.Remotes;
using Xunit;

namespace MirrorBackup.Testing;

public abstract partial class RemoteConformanceTests
{
    /// <summary>A listing gives the direct entries with their kinds and lengths.</summary>
    [Fact]
    public async Task ListAsync_DirectoryWithEntries_GivesDirectEntriesOnly()
    {
        await PutAsync("top.bin", Bytes(123));
        await PutAsync("folder/inner.bin");
        await PutAsync("folder/deeper/far.bin");

        var entries = (await ListAsync("")).OrderBy(static entry => entry.Name, StringComparer.Ordinal).ToList();

        Assert.Equal(["folder", "top.bin"], entries.Select(static entry => entry.Name));
        Assert.True(entries[0].IsDirectory);
        Assert.Equal(0, entries[0].Length);
        Assert.True(entries[1].IsFile);
        Assert.Equal(123, entries[1].Length);
        Assert.Equal(["deeper", "inner.bin"], await NamesAsync("folder"));
        Assert.Equal(At("folder/inner.bin"), (await ListAsync("folder")).Single(static entry => entry.IsFile).Path);
    }

    /// <summary>A listing has dot files, temporary names of others and locks: nothing is hidden.</summary>
    [Fact]
    public async Task ListAsync_DotFiles_AreListed()
    {
        await PutAsync("d/.1700000000000.x.vhd");
        await PutAsync("d/.hidden");

        Assert.Equal([".1700000000000.x.vhd", ".hidden"], await NamesAsync("d"));
    }

    /// <summary>A missing directory is said to be missing, or has no entries where the storage has no directories.</summary>
    [Fact]
    public async Task ListAsync_Missing_IsNotFound()
    {
        if (Remote.Capabilities.HasDirectories)
        {
            var exception = await Assert.ThrowsAsync<RemoteNotFoundException>(() => ListAsync("no/such"));
            AssertNamed(exception, "no/such");
        }
        else
        {
            Assert.Empty(await ListAsync("no/such"));
        }
    }

    /// <summary>The empty root of a new remote can be listed.</summary>
    [Fact]
    public async Task ListAsync_EmptyRoot_IsEmpty() => Assert.Empty(await ListAsync(""));

    /// <summary>A file cannot be listed.</summary>
    [Fact]
    public async Task ListAsync_File_IsConflict()
    {
        Require(Remote.Capabilities.HasDirectories, "directories");
        await PutAsync("a/file");

        var exception = await Assert.ThrowsAsync<RemoteConflictException>(() => ListAsync("a/file"));

        AssertNamed(exception, "a/file", ErrorCodes.RemoteWrongKind);
    }

    /// <summary>A listing of many entries is complete.</summary>
    [Fact]
    public async Task ListAsync_ManyEntries_IsComplete()
    {
        var expected = Enumerable.Range(0, 300).Select(static number => $"{number:0000}").ToArray();
        foreach (var name in expected)
        {
            await PutAsync($"many/{name}", [1], WriteGrade.Stage);
        }

        Assert.Equal(expected, await NamesAsync("many"));
    }

    /// <summary>A file, a directory and nothing are told apart.</summary>
    [Fact]
    public async Task StatAsync_FileDirectoryNothing_AreToldApart()
    {
        await PutAsync("a/b/file", Bytes(77));

        var file = await Remote.StatAsync(At("a/b/file"), Cancellation);
        var directory = await Remote.StatAsync(At("a/b"), Cancellation);

        Assert.Equal((At("a/b/file"), RemoteEntryKind.File, 77L), (file!.Value.Path, file.Value.Kind, file.Value.Length));
        Assert.Equal(RemoteEntryKind.Directory, directory!.Value.Kind);
        Assert.Null(await Remote.StatAsync(At("a/c"), Cancellation));
        Assert.Null(await Remote.StatAsync(At("x/y/z"), Cancellation));
        Assert.Null(await Remote.StatAsync(At("a/b/file/below"), Cancellation));
    }

    /// <summary>The root is a directory that is always there.</summary>
    [Fact]
    public async Task StatAsync_Root_IsDirectory() =>
        Assert.Equal(RemoteEntryKind.Directory, (await Remote.StatAsync(RemotePath.Root, Cancellation))?.Kind);

    /// <summary>Reads give any range, and fewer bytes only at the end.</summary>
    [Theory]
    [InlineData(0, 100_000, 100_000)]
    [InlineData(1, 99_998, 99_998)]
    [InlineData(99_990, 50, 10)]
    [InlineData(100_000, 1, 0)]
    [InlineData(5_000_000_000, 10, 0)]
    [InlineData(50, 0, 0)]
    public async Task ReadAsync_Range_GivesWhatIsThere(long offset, int wanted, int expected)
    {
        var content = Bytes(100_000);
        await PutAsync("r/file", content);
        var buffer = new byte[wanted];

        await using var file = await Remote.OpenReadAsync(At("r/file"), Cancellation);
        var count = await file.ReadAsync(offset, buffer, Cancellation);

        Assert.Equal((At("r/file"), 100_000L), (file.Path, file.Length));
        Assert.Equal(expected, count);
        Assert.Equal(expected == 0 ? [] : content.AsSpan((int)offset, expected).ToArray(), buffer[..count]);
    }

    /// <summary>Several reads of one file run at once.</summary>
    [Fact]
    public async Task ReadAsync_InParallel_EachGetsItsRange()
    {
        var content = Bytes(1 << 20);
        await PutAsync("p/file", content);
        await using var file = await Remote.OpenReadAsync(At("p/file"), Cancellation);

        var parts = await Task.WhenAll(Enumerable.Range(0, 16).Select(async part =>
        {
            var buffer = new byte[1 << 16];
            await file.ReadExactlyAsync((long)part << 16, buffer, Cancellation);
            return buffer;
        }));

        Assert.Equal(content, parts.SelectMany(static part => part).ToArray());
    }

    /// <summary>A negative offset is a mistake of the caller.</summary>
    [Fact]
    public async Task ReadAsync_NegativeOffset_IsRefused()
    {
        await PutAsync("n/file");
        await using var file = await Remote.OpenReadAsync(At("n/file"), Cancellation);

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => file.ReadAsync(-1, new byte[1], Cancellation).AsTask());
    }

    /// <summary>Closing a file twice is fine.</summary>
    [Fact]
    public async Task OpenReadAsync_DisposedTwice_IsFine()
    {
        await PutAsync("t/file");
        var file = await Remote.OpenReadAsync(At("t/file"), Cancellation);

        await file.DisposeAsync();
        await file.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => file.ReadAsync(0, new byte[1], Cancellation).AsTask());
    }

    /// <summary>A missing file is said to be missing, also below a file and in a missing directory.</summary>
    [Theory]
    [InlineData("none")]
    [InlineData("no/such/file")]
    [InlineData("there/below")]
    public async Task OpenReadAsync_Missing_IsNotFound(string path)
    {
        await PutAsync("there");

        var opening = await Assert.ThrowsAsync<RemoteNotFoundException>(() => Remote.OpenReadAsync(At(path), Cancellation).AsTask());
        var reading = await Assert.ThrowsAsync<RemoteNotFoundException>(() => Remote.ReadAllAsync(At(path), 100, Cancellation).AsTask());
        var filling = await Assert.ThrowsAsync<RemoteNotFoundException>(() => Remote.ReadAllAsync(At(path), new byte[100], cancellationToken: Cancellation).AsTask());

        AssertNamed(opening, path, ErrorCodes.RemoteNotFound);
        AssertNamed(reading, path, ErrorCodes.RemoteNotFound);
        AssertNamed(filling, path, ErrorCodes.RemoteNotFound);
        Assert.False(opening.IsTransient);
    }

    /// <summary>A directory cannot be opened as a file.</summary>
    [Fact]
    public async Task OpenReadAsync_Directory_IsConflict()
    {
        Require(Remote.Capabilities.HasDirectories, "directories");
        await PutAsync("dir/file");

        var exception = await Assert.ThrowsAsync<RemoteConflictException>(() => Remote.OpenReadAsync(At("dir"), Cancellation).AsTask());
        var filling = await Assert.ThrowsAsync<RemoteConflictException>(() => Remote.ReadAllAsync(At("dir"), new byte[1], cancellationToken: Cancellation).AsTask());

        AssertNamed(exception, "dir", ErrorCodes.RemoteWrongKind);
        AssertNamed(filling, "dir", ErrorCodes.RemoteWrongKind);
    }

    /// <summary>A file up to the limit is read, a longer one is refused.</summary>
    [Fact]
    public async Task ReadAllAsync_Limit_IsKept()
    {
        var content = Bytes(1000);
        await PutAsync("l/file", content);

        Assert.Equal(content, await Remote.ReadAllAsync(At("l/file"), 1000, Cancellation));
        var exception = await Assert.ThrowsAsync<CorruptBackupException>(() => Remote.ReadAllAsync(At("l/file"), 999, Cancellation).AsTask());
        AssertNamed(exception, "l/file", ErrorCodes.FileTooLarge);
    }

    /// <summary>A file that fits in a buffer is read into it; of a longer one only the length is told.</summary>
    [Theory]
    [MemberData(nameof(StoredLengths))]
    public async Task ReadAllAsync_Buffer_IsFilledOrLeft(int length)
    {
        var content = Bytes(length);
        await PutAsync("b/file", content);
        var buffer = new byte[length + 100];

        Assert.Equal(length, await Remote.ReadAllAsync(At("b/file"), buffer, cancellationToken: Cancellation));
        Assert.True(buffer.AsSpan(0, length).SequenceEqual(content));
        Array.Clear(buffer);
        Assert.Equal(length, await Remote.ReadAllAsync(At("b/file"), buffer.AsMemory(0, length), cancellationToken: Cancellation));
        Assert.True(buffer.AsSpan(0, length).SequenceEqual(content));
        Assert.True(length == 0 || await Remote.ReadAllAsync(At("b/file"), buffer.AsMemory(0, length - 1), cancellationToken: Cancellation) == length);
    }

    /// <summary>An empty file is a file.</summary>
    [Fact]
    public async Task ReadAllAsync_EmptyFile_IsEmpty()
    {
        await PutAsync("e/file", []);

        Assert.Empty(await ReadAsync("e/file"));
        Assert.Equal(0, (await Remote.StatAsync(At("e/file"), Cancellation))!.Value.Length);
    }

    /// <summary>Every member ends with a cancellation that is there before it begins, and is not wrapped.</summary>
    [Fact]
    public async Task Members_CancelledBefore_RaiseCancellation()
    {
        await PutAsync("c/file");
        var cancelled = new CancellationToken(canceled: true);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Remote.StatAsync(At("c/file"), cancelled).AsTask());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Remote.OpenReadAsync(At("c/file"), cancelled).AsTask());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Remote.ReadAllAsync(At("c/file"), 10, cancelled).AsTask());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Remote.ReadAllAsync(At("c/file"), new byte[10], cancellationToken: cancelled).AsTask());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Remote.WriteAllAsync(At("c/new"), Bytes(1), default, cancelled).AsTask());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Remote.CreateAsync(At("c/new"), default, cancelled).AsTask());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Remote.DeleteAsync(At("c/file"), cancelled).AsTask());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Remote.DeleteTreeAsync(At("c"), cancelled).AsTask());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Remote.MoveAsync(At("c/file"), At("c/new"), cancellationToken: cancelled).AsTask());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in Remote.ListAsync(At("c"), cancelled))
            {
            }
        });

        Assert.Equal(["file"], await NamesAsync("c"));
    }

    /// <summary>A remote has a name, an identity and, if it says so, the room that is left.</summary>
    [Fact]
    public async Task Remote_Facts_AreThere()
    {
        Assert.NotEmpty(Remote.Name);
        Assert.NotEmpty(Remote.Identity);
        Assert.False(Remote.Capabilities.IsReadOnly);
        Assert.True(await Remote.GetAvailableBytesAsync(Cancellation) is null or >= 0);
    }

    private void AssertNamed(MirrorBackupException exception, string path, string? code = null)
    {
        Assert.Equal(path, exception.Path);
        Assert.Equal(Remote.Name, exception.Remote);
        Assert.Contains(path, exception.Message, StringComparison.Ordinal);
        if (code is not null)
        {
            Assert.Equal(code, exception.Code);
        }
    }
}
