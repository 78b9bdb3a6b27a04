using MirrorBackup.Remotes;
using MirrorBackup.Tests.Mirroring;
using MirrorBackup.Vhd.Directories;

namespace MirrorBackup.Tests.Vhd.Directories;

/// <summary>Where a new directory may lie, and what is removed when: never what an alias claims, whatever its name.</summary>
public sealed class DirectoryPlacementTests : IAsyncDisposable
{
    private readonly FaultyRemote _remote = new(new MemoryRemote());
    private readonly DirectoryWriting _writing;

    public DirectoryPlacementTests() => _writing = new DirectoryWriting(_remote);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _remote.DisposeAsync();

    // After a merge the newest alias leads to the directory of the oldest.
    [Fact]
    public async Task CreateAsync_AnotherAliasClaimsTheUsualName_TakesAnother()
    {
        await _writing.WriteAllAsync([0, 1]);
        await _remote.MoveAsync(DirectoryWriting.Alias, RemotePath.Parse("v/e.alias.vhd"), cancellationToken: Cancellation);

        await _writing.WriteAllAsync([2]);

        Assert.Equal("data/d_1.vhd", await _writing.TextAsync("v/d.alias.vhd"));
        await _writing.AssertHoldsAsync(2);
        await _remote.MoveAsync(RemotePath.Parse("v/e.alias.vhd"), DirectoryWriting.Alias, cancellationToken: Cancellation);
        await _writing.AssertHoldsAsync(0, 1);
    }

    [Fact]
    public async Task CreateAsync_MergeStateNamesTheDisk_TakesAnotherNameAndLeavesItsDirectory()
    {
        await _writing.PutAsync("v/data/d.vhd/blocks/0/0", "a block");
        await _writing.PutAsync("v/.a.alias.vhd.merge.json", """{"chain":["a.alias.vhd","d.alias.vhd"],"step":"cleanup"}""");

        await _writing.WriteAllAsync([2]);

        Assert.Equal("data/d_1.vhd", await _writing.TextAsync("v/d.alias.vhd"));
        Assert.Equal("a block", await _writing.TextAsync("v/data/d.vhd/blocks/0/0"));
    }

    [Theory]
    [InlineData("v/x.alias.vhd", "")]
    [InlineData("v/x.alias.vhd", "/v/data/d.vhd")]
    [InlineData("v/.x.alias.vhd.merge.json", "no JSON")]
    public async Task CreateAsync_SomethingThatMayClaimItCannotBeRead_TouchesNothingThatIsThere(string path, string content)
    {
        await _writing.PutAsync(path, content);
        await _writing.PutAsync("v/data/d.vhd/blocks/0/0", "a block");

        await _writing.WriteAllAsync([2]);

        Assert.Equal("data/d_1.vhd", await _writing.TextAsync("v/d.alias.vhd"));
        Assert.Equal("a block", await _writing.TextAsync("v/data/d.vhd/blocks/0/0"));
    }

    // formats/vhd.md §3.4: Xen Orchestra leaves the stale blocks of an earlier attempt.
    [Fact]
    public async Task CreateAsync_LeftoversThatNobodyClaims_AreGone()
    {
        await _writing.PutAsync("v/data/d.vhd/blocks/0/3", "a stale block");
        await _writing.PutAsync("v/data/d.vhd/chunk-filters.json", """["gzip"]""");

        await _writing.WriteAllAsync([2]);

        Assert.Equal(["bat", "blocks/0/2", "footer", "header"], (await DirectoryDecoding.FilesAsync(_remote, "v/data/d.vhd")).Keys);
        await _writing.AssertHoldsAsync(2);
    }

    [Fact]
    public async Task CompleteAsync_AliasWasThere_ReplacesItAndRemovesWhatItLedTo()
    {
        await _writing.WriteAllAsync([0, 1]);
        await using var writer = await _writing.CreateAsync([2]);
        await DirectoryWriting.WriteAsync(writer, 2);
        await _writing.AssertHoldsAsync(0, 1);

        await writer.CompleteAsync(Cancellation);

        await _writing.AssertHoldsAsync(2);
        Assert.False(await _writing.ExistsAsync("v/data/d.vhd"));
    }

    [Fact]
    public async Task CompleteAsync_AliasWasThereAndAnotherLeadsToTheSame_LeavesTheDirectory()
    {
        await _writing.WriteAllAsync([0, 1]);
        await _writing.PutAsync("v/e.alias.vhd", "data/d.vhd");

        await _writing.WriteAllAsync([2]);

        await _writing.AssertHoldsAsync(2);
        await _remote.MoveAsync(RemotePath.Parse("v/e.alias.vhd"), DirectoryWriting.Alias, cancellationToken: Cancellation);
        await _writing.AssertHoldsAsync(0, 1);
    }

    [Fact]
    public async Task DisposeAsync_NotCompleted_LeavesNothing()
    {
        await using (var writer = await _writing.CreateAsync([0, 1]))
        {
            await DirectoryWriting.WriteAsync(writer, 0);
        }

        Assert.Empty(await DirectoryDecoding.FilesAsync(_remote, "v"));
    }

    // Of an alias whose writing failed nobody knows whether it is there: here it is.
    [Fact]
    public async Task DisposeAsync_AliasWasWrittenAndThenFailed_LeavesWhatItLeadsTo()
    {
        await using (var writer = await _writing.CreateAsync([0, 1]))
        {
            await DirectoryWriting.WriteAsync(writer, 0, 1);
            _remote.At(RemoteOperation.WriteAll, "d.alias.vhd", async stop =>
            {
                _remote.Heal();
                await _writing.PutAsync("v/d.alias.vhd", "data/d.vhd");
                throw new RemoteUnavailableException("the answer was lost");
            });

            await Assert.ThrowsAsync<RemoteUnavailableException>(async () => await writer.CompleteAsync(Cancellation));
        }

        await _writing.AssertHoldsAsync(0, 1);
    }

    [Fact]
    public async Task DisposeAsync_LockIsLost_RemovesNothing()
    {
        var isLost = false;
        var options = DirectoryWriting.Options with
        {
            EnsureLockHeld = _ => isLost ? throw new BackupLockedException("lost", ErrorCodes.LockLost) : default,
        };
        var writer = await _writing.CreateAsync([0, 1], options);
        await DirectoryWriting.WriteAsync(writer, 0, 1);
        isLost = true;

        await Assert.ThrowsAsync<BackupLockedException>(async () => await writer.CompleteAsync(Cancellation));
        await Assert.ThrowsAsync<BackupLockedException>(async () => await writer.DisposeAsync());
        await writer.DisposeAsync();

        Assert.False(await _writing.ExistsAsync("v/d.alias.vhd"));
        Assert.True(await _writing.ExistsAsync("v/data/d.vhd/blocks/0/1"));
    }

    [Fact]
    public async Task CreateAsync_FolderCannotBeListed_FailsInsteadOfBelievingThatNothingIsThere()
    {
        await _writing.WriteAllAsync([0, 1]);
        _remote.FailAt(RemoteOperation.List, "v", forGood: true);

        await Assert.ThrowsAsync<RemoteUnavailableException>(async () => await _writing.CreateAsync([2]));

        await _writing.AssertHoldsAsync(0, 1);
    }
}
