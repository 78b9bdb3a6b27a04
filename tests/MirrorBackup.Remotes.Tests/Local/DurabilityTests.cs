using MirrorBackup.Golden;
using MirrorBackup.Remotes.Local;

namespace MirrorBackup.Remotes.Tests.Local;

/// <summary>The steps of the local remote in their order, and what is there when they end early.</summary>
public sealed class DurabilityTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly RecordingFileSystem _files;
    private readonly LocalRemote _remote;

    public DurabilityTests()
    {
        _files = new RecordingFileSystem(LinuxFileSystem.TryOpen(_folder.Path) ?? (IFileSystem)new PortableFileSystem(_folder.Path));
        _remote = LocalRemote.Open(_files, new LocalRemoteOptions(), timeProvider: null);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WriteAllAsync_Publish_FlushesFileThenRenamesThenFlushesDirectory()
    {
        Directory.CreateDirectory(_folder["a"]);

        await _remote.WriteAllAsync(At("a/file"), new byte[5], cancellationToken: Cancellation);

        Assert.Equal(
            ["create a/TEMP", "write a/TEMP 0+5", "fsync a/TEMP", "rename a/TEMP a/file", "fsync-dir a"],
            _files.Steps);
    }

    [Fact]
    public async Task WriteAllAsync_MustBeNew_RenamesOnlyToAFreeName()
    {
        await _remote.WriteAllAsync(At("file"), new byte[5], new WriteOptions(MustBeNew: true), Cancellation);

        Assert.Equal(["create //TEMP", "write //TEMP 0+5", "fsync //TEMP", "rename-new //TEMP file", "fsync-dir /"], _files.Steps);
    }

    [Fact]
    public async Task WriteAllAsync_PublishInNewDirectories_FlushesTheirNamesToo()
    {
        await _remote.WriteAllAsync(At("a/b/file"), new byte[5], cancellationToken: Cancellation);

        Assert.Equal(["fsync a/b/TEMP", "rename a/b/TEMP a/b/file", "fsync-dir a/b", "fsync-dir a", "fsync-dir /"], _files.Steps[^5..]);
    }

    [Fact]
    public async Task FlushAsync_AfterStages_FlushesFilesThenNames()
    {
        await _remote.WriteAllAsync(At("d/one"), new byte[1], new WriteOptions(WriteGrade.Stage), Cancellation);
        await using (var upload = await _remote.CreateAsync(At("d/two"), new UploadOptions(WriteGrade.Stage), Cancellation))
        {
            await upload.CommitAsync(Cancellation);
        }

        await _remote.WriteAllAsync(At("other/three"), new byte[1], new WriteOptions(WriteGrade.Stage), Cancellation);
        Assert.DoesNotContain(_files.Steps, static step => step.StartsWith("fsync", StringComparison.Ordinal));
        _files.Steps.Clear();

        await _remote.FlushAsync(At("d"), Cancellation);
        Assert.Equal(["fsync d/one", "fsync d/two"], _files.Steps.Take(2).Order());
        Assert.Equal(["fsync-dir /", "fsync-dir d"], _files.Steps.Skip(2).Order());
        _files.Steps.Clear();

        await _remote.FlushAsync(At("d"), Cancellation);
        Assert.Empty(_files.Steps);
        await _remote.FlushAsync(RemotePath.Root, Cancellation);
        Assert.Equal(["fsync other/three", "fsync-dir other"], _files.Steps);
    }

    [Fact]
    public async Task WriteAllAsync_PublishBelowStagedDirectory_MakesItsNameDurable()
    {
        await _remote.WriteAllAsync(At("d/staged"), new byte[1], new WriteOptions(WriteGrade.Stage), Cancellation);
        _files.Steps.Clear();

        await _remote.WriteAllAsync(At("d/published"), new byte[1], cancellationToken: Cancellation);

        Assert.Equal(["fsync-dir d", "fsync-dir /"], _files.Steps[^2..]);
        Assert.DoesNotContain("fsync d/staged", _files.Steps);
    }

    [Fact]
    public async Task MoveAsync_StagedFile_IsDurableBeforeItsNewName()
    {
        await _remote.WriteAllAsync(At("from/file"), new byte[1], new WriteOptions(WriteGrade.Stage), Cancellation);
        Directory.CreateDirectory(_folder["to"]);
        _files.Steps.Clear();

        await _remote.MoveAsync(At("from/file"), At("to/file"), cancellationToken: Cancellation);

        Assert.Equal(["fsync from/file", "rename from/file to/file", "fsync-dir to", "fsync-dir /", "fsync-dir from"], _files.Steps);
    }

    [Fact]
    public async Task MoveAsync_Staged_IsDurableAfterTheFlush()
    {
        await _remote.WriteAllAsync(At("from/a"), new byte[1], cancellationToken: Cancellation);
        await _remote.WriteAllAsync(At("from/b"), new byte[1], cancellationToken: Cancellation);
        await _remote.CreateDirectoryAsync(At("to"), Cancellation);
        _files.Steps.Clear();

        await _remote.MoveAsync(At("from/a"), At("to/a"), WriteGrade.Stage, Cancellation);
        await _remote.MoveAsync(At("from/b"), At("to/b"), WriteGrade.Stage, Cancellation);
        Assert.Equal(["rename from/a to/a", "rename from/b to/b"], _files.Steps);
        await _remote.FlushAsync(At("to"), Cancellation);

        Assert.Equal(["fsync-dir /", "fsync-dir to"], _files.Steps[2..].Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task DeleteAsync_File_FlushesTheDirectory()
    {
        await _remote.WriteAllAsync(At("file"), new byte[1], cancellationToken: Cancellation);
        _files.Steps.Clear();

        await _remote.DeleteAsync(At("file"), Cancellation);

        Assert.Equal(["unlink file", "fsync-dir /"], _files.Steps);
    }

    [Fact]
    public async Task OpenForUpdateAsync_Flush_IsABarrier()
    {
        await _remote.WriteAllAsync(At("file"), new byte[1], cancellationToken: Cancellation);
        _files.Steps.Clear();

        await using (var file = await _remote.OpenForUpdateAsync(At("file"), Cancellation))
        {
            await file.WriteAsync(3, new byte[4], Cancellation);
            await file.FlushAsync(Cancellation);
            await file.SetLengthAsync(2, Cancellation);
        }

        Assert.Equal(["write file 3+4", "fsync file", "truncate file 2"], _files.Steps);
    }

    /// <summary>A write that ends after any of its steps leaves the old content or the new, and otherwise only temporary names.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task WriteAllAsync_EndsAfterAnyStep_OldOrNewContentIsThere(bool inNewDirectories)
    {
        var path = At(inNewDirectories ? "a/b/file" : "file");
        var failures = 0;
        for (var step = 0; ; step++)
        {
            _files.FailAfter = int.MaxValue;
            await _remote.DeleteTreeAsync(At("a"), Cancellation);
            if (!inNewDirectories)
            {
                await _remote.WriteAllAsync(path, new byte[] { 1, 1 }, cancellationToken: Cancellation);
            }

            _files.Steps.Clear();
            _files.FailAfter = step;
            var failure = await Record.ExceptionAsync(() => _remote.WriteAllAsync(path, new byte[] { 2, 2, 2 }, cancellationToken: Cancellation).AsTask());
            if (failure is null)
            {
                break;
            }

            failures++;
            Assert.True(Assert.IsType<RemoteUnavailableException>(failure).IsTransient);
            AssertOldOrNew(path, inNewDirectories);
        }

        Assert.True(failures >= 5, $"{failures} steps failed");
    }

    /// <summary>An upload whose storage fails is removed as soon as the storage answers again.</summary>
    [Fact]
    public async Task CreateAsync_WriteFails_LeavesNothing()
    {
        await using (var upload = await _remote.CreateAsync(At("file"), cancellationToken: Cancellation))
        {
            _files.FailAfter = _files.Steps.Count;
            await Assert.ThrowsAsync<RemoteUnavailableException>(() => upload.Output.WriteAsync(new byte[1 << 20], Cancellation).AsTask());
            _files.FailAfter = int.MaxValue;
            var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => upload.CommitAsync(Cancellation).AsTask());
            Assert.IsType<RemoteUnavailableException>(failure.InnerException);
        }

        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task CreateAsync_Crash_LeavesOnlyATemporaryName()
    {
        await using var upload = await _remote.CreateAsync(At("disk.vhd"), cancellationToken: Cancellation);
        await upload.Output.WriteAsync(new byte[3 << 20], Cancellation);

        var left = System.IO.Path.GetFileName(Assert.Single(Directory.GetFileSystemEntries(_folder.Path)));

        Assert.True(TemporaryName.IsTemporary(left));
        Assert.False(left.EndsWith(".vhd", StringComparison.Ordinal));
        Assert.Contains("disk.vhd", left, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CreateAsync_Length_IsReservedWithoutChangingTheLength()
    {
        await using var upload = await _remote.CreateAsync(At("file"), new UploadOptions(Length: 8 << 20), Cancellation);

        var left = Assert.Single(Directory.GetFileSystemEntries(_folder.Path));

        Assert.Equal(0, new FileInfo(left).Length);
    }

    [Fact]
    public async Task CreateAsync_SmallFlushes_AreGatheredIntoLargeWrites()
    {
        await using var upload = await _remote.CreateAsync(At("file"), cancellationToken: Cancellation);
        for (var part = 0; part < 1024; part++)
        {
            await upload.Output.WriteAsync(new byte[4096], Cancellation);
        }

        await upload.CommitAsync(Cancellation);

        Assert.InRange(_files.Steps.Count(static step => step.StartsWith("write", StringComparison.Ordinal)), 1, 8);
        Assert.Equal(4 << 20, new FileInfo(_folder["file"]).Length);
    }

    public void Dispose()
    {
        _files.Dispose();
        _folder.Dispose();
    }

    private static RemotePath At(string text) => RemotePath.Parse(text);

    private void AssertOldOrNew(RemotePath path, bool inNewDirectories)
    {
        var found = Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories)
            .Where(static file => !TemporaryName.IsTemporary(System.IO.Path.GetFileName(file)))
            .ToList();
        if (found.Count == 0)
        {
            Assert.True(inNewDirectories, "the old content is gone");
            return;
        }

        Assert.Equal(_folder[path.Value], Assert.Single(found));
        var content = System.IO.File.ReadAllBytes(found[0]);
        Assert.True(content.AsSpan().SequenceEqual((byte[])[2, 2, 2]) || (!inNewDirectories && content.AsSpan().SequenceEqual((byte[])[1, 1])));
    }
}
