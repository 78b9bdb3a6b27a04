using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using MirrorBackup.Backups;
using MirrorBackup.Remotes;
using MirrorBackup.Tests.Mirroring;
using MirrorBackup.Vhd.Directories;

namespace MirrorBackup.Tests.Vhd.Directories;

/// <summary>An interrupted transfer goes on where its record says, and a record that lies costs time, never content.</summary>
public sealed class DirectoryResumeTests : IAsyncDisposable
{
    private const string Record = ".mirrorbackup/transfers/vm/d.json";

    private static readonly int[] s_all = [0, 1, 2, 3, 5, 8, 13, 21];

    private readonly FaultyRemote _remote = new(new MemoryRemote());
    private readonly FakeTimeProvider _time = new();
    private readonly DirectoryWriting _writing;

    public DirectoryResumeTests() => _writing = new DirectoryWriting(_remote);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _remote.DisposeAsync();

    [Theory]
    [InlineData(BlockCodec.None)]
    [InlineData(BlockCodec.Gzip)]
    [InlineData(BlockCodec.Brotli)]
    public async Task Resume_HonestRecord_WritesOnlyWhatItDoesNotVouchFor(BlockCodec codec)
    {
        var options = Options() with { Codec = codec };
        await InterruptAsync(5, options);
        Assert.Equal([0, 1, 2, 3], await VouchedForAsync());
        _remote.Log.Clear();

        var written = await _writing.WriteAllAsync(s_all, options, Disk);

        Assert.Equal([5, 8, 13, 21], BlocksWritten());
        await AssertIsWholeAsync();
        var files = await DirectoryDecoding.FilesAsync(_remote, "v/data/d.vhd");
        Assert.Equal(written, files.Where(static file => file.Key is not ("blocks/0/0" or "blocks/0/1" or "blocks/0/2" or "blocks/0/3")).Sum(static file => (long)file.Value.Length));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task TryKeepStoredBlockAsync_RecordVouchesForIt_KeepsExactlyTheseBytes(bool areSame)
    {
        await InterruptAsync(5);
        await using var writer = await _writing.CreateAsync(s_all, Options(), Disk);
        var stored = await _remote.ReadAllAsync(RemotePath.Parse("v/data/d.vhd/blocks/0/1"), 4 << 20, Cancellation);
        stored[^1] ^= (byte)(areSame ? 0 : 1);

        Assert.Equal(areSame, await writer.TryKeepStoredBlockAsync(1, stored, asStored: true, Cancellation));
        Assert.False(await writer.TryKeepStoredBlockAsync(21, stored, asStored: true, Cancellation));
    }

    [Fact]
    public async Task Resume_InterruptedAgain_GoesOnFromBoth()
    {
        await InterruptAsync(3);
        await InterruptAsync(7);
        Assert.Equal([0, 1, 2, 3, 5, 8], await VouchedForAsync());
        _remote.Log.Clear();

        await _writing.WriteAllAsync(s_all, Options(), Disk);

        Assert.Equal([13, 21], BlocksWritten());
        await AssertIsWholeAsync();
    }

    [Fact]
    public async Task Suspend_NothingRecordedYet_LeavesNothing()
    {
        await InterruptAsync(1);

        Assert.Empty(await DirectoryDecoding.FilesAsync(_remote, "v"));
        Assert.False(await _writing.ExistsAsync(Record));
    }

    [Fact]
    public async Task DisposeAsync_NotSuspended_LeavesNeitherBlocksNorRecord()
    {
        await using (var writer = await _writing.CreateAsync(s_all, Options(), Disk))
        {
            await DirectoryWriting.WriteAsync(writer, s_all[..5]);
            Assert.True(await _writing.ExistsAsync(Record));
        }

        Assert.Empty(await DirectoryDecoding.FilesAsync(_remote, "v"));
        Assert.False(await _writing.ExistsAsync(Record));
    }

    [Fact]
    public async Task WriteBlockAsync_RecordIsDue_FlushesBeforeAndVouchesOnlyForWhatCameBeforeTheFlush()
    {
        await InterruptAsync(5);

        var log = _remote.Log.Where(static entry => entry.Operation is RemoteOperation.WriteAll or RemoteOperation.Flush)
            .Select(static entry => entry.Operation == RemoteOperation.Flush ? "flush" : entry.Path.Name);
        Assert.Equal(["0", "1", "flush", "d.json", "2", "3", "flush", "d.json", "5"], log);
    }

    [Fact]
    public async Task WriteBlockAsync_FlushFails_VouchesForNothing()
    {
        _remote.FailAt(RemoteOperation.Flush, "");

        await Assert.ThrowsAsync<RemoteUnavailableException>(() => InterruptAsync(5));

        Assert.False(await _writing.ExistsAsync(Record));
    }

    [Fact]
    public async Task WriteBlockAsync_TimeHasPassed_Records()
    {
        var options = Options() with { Staging = Options().Staging! with { BlocksPerRecord = 1000 } };
        await using (var writer = await _writing.CreateAsync(s_all, options, Disk))
        {
            await DirectoryWriting.WriteAsync(writer, 0, 1);
            Assert.False(await _writing.ExistsAsync(Record));
            _time.Advance(TimeSpan.FromSeconds(30));
            await DirectoryWriting.WriteAsync(writer, 2);
            writer.Suspend();
        }

        Assert.Equal([0, 1, 2], await VouchedForAsync());
    }

    // A cut between the flush and the alias, or between two of the last files.
    [Theory]
    [InlineData("d.alias.vhd")]
    [InlineData("d.vhd/header")]
    [InlineData("d.vhd/bat")]
    public async Task Resume_InterruptedWhileItEnded_WritesTheEndAgain(string path)
    {
        await using (var writer = await _writing.CreateAsync(s_all, Options(), Disk))
        {
            await DirectoryWriting.WriteAsync(writer, s_all);
            _remote.FailAt(RemoteOperation.WriteAll, path);
            await Assert.ThrowsAsync<RemoteUnavailableException>(async () => await writer.CompleteAsync(Cancellation));
            writer.Suspend();
        }

        _remote.Log.Clear();
        await _writing.WriteAllAsync(s_all, Options(), Disk);

        Assert.Empty(BlocksWritten());
        await AssertIsWholeAsync();
    }

    [Fact]
    public async Task Resume_LeftoversThatTheRecordDoesNotKnow_AreGone()
    {
        await InterruptAsync(5);
        foreach (var leftover in new[] { "blocks/0/.123.7.tmp", "blocks/0/07", "blocks/7/1", "blocks/x/1", "blocks/0/9/x", "chunk-filters.json", "parentLocatorEntry0" })
        {
            await _writing.PutAsync($"v/data/d.vhd/{leftover}", "leftover");
        }

        await _writing.WriteAllAsync(s_all, Options(), Disk);

        await AssertIsWholeAsync();
    }

    public static TheoryData<string> Lies => [.. s_lies.Keys];

    private static readonly Dictionary<string, Func<DirectoryResumeTests, Task>> s_lies = new()
    {
        ["a block is missing"] = test => test.DeleteAsync("v/data/d.vhd/blocks/0/1"),
        ["a block has another content"] = test => test._writing.PutAsync("v/data/d.vhd/blocks/0/1", "another content"),
        ["a block is empty"] = test => test._writing.PutAsync("v/data/d.vhd/blocks/0/2", ""),
        ["a block is that of another"] = async test => await test._remote.WriteAllAsync(
            RemotePath.Parse("v/data/d.vhd/blocks/0/0"), await test._remote.ReadAllAsync(RemotePath.Parse("v/data/d.vhd/blocks/0/1"), 1 << 22, Cancellation), default, Cancellation),
        ["a block is too long"] = test => test._writing.PutAsync("v/data/d.vhd/blocks/0/1", new string('x', 3 << 20)),
        ["a block is a folder"] = async test =>
        {
            await test.DeleteAsync("v/data/d.vhd/blocks/0/1");
            await test._writing.PutAsync("v/data/d.vhd/blocks/0/1/x", "x");
        },
        ["blocks are vouched for that were never written"] = test => test.ChangeAsync(static record => record["flushed"] = Convert.ToBase64String([0xFF, 0xFF, 0xFF, 0xFF])),
        ["another source"] = test => test.ChangeAsync(static record => record["transfer"]!["source"] = "another"),
        ["another revision"] = test => test.ChangeAsync(static record => record["transfer"]!["revision"] = "00000002-0000-4000-8000-000000000002"),
        ["another codec"] = test => test.ChangeAsync(static record => record["transfer"]!["codec"] = "Brotli"),
        ["another key"] = test => test.ChangeAsync(static record => record["transfer"]!["encryption"] = "another"),
        ["another size"] = test => test.ChangeAsync(static record => record["transfer"]!["virtualSize"] = 1),
        ["other blocks"] = test => test.ChangeAsync(static record => record["transfer"]!["blocks"] = "0/0"),
        ["a version that is not known"] = test => test.ChangeAsync(static record => record["version"] = 2),
        ["too few bits"] = test => test.ChangeAsync(static record => record["flushed"] = ""),
        ["no directory"] = test => test.ChangeAsync(static record => record["data"] = "../../elsewhere.vhd"),
        ["another alias"] = test => test.ChangeAsync(static record => record["transfer"]!["alias"] = "w/d.alias.vhd"),
        ["nothing in it"] = test => test.ChangeAsync(static record => record.Clear()),
        ["no JSON"] = test => test._writing.PutAsync(Record, "{"),
        ["all blocks are gone"] = async test => await test._remote.DeleteTreeAsync(RemotePath.Parse("v/data/d.vhd"), Cancellation),
    };

    [Theory]
    [MemberData(nameof(Lies))]
    public async Task Resume_RecordThatLies_NeverLeadsToWrongContent(string lie)
    {
        await InterruptAsync(5);
        await s_lies[lie](this);
        await _writing.PutAsync("elsewhere.vhd/x", "of somebody else");

        await _writing.WriteAllAsync(s_all, Options(), Disk);

        await AssertIsWholeAsync();
        Assert.True(await _writing.ExistsAsync("elsewhere.vhd/x"));
    }

    [Fact]
    public async Task Resume_RecordNamesADirectoryThatAnAliasClaims_LeavesIt()
    {
        await _writing.WriteAllAsync([3], alias: RemotePath.Parse("v/e.alias.vhd"));
        await InterruptAsync(5);
        await ChangeAsync(static record => record["data"] = "e.vhd");

        await _writing.WriteAllAsync(s_all, Options(), Disk);

        await AssertIsWholeAsync();
        Assert.Equal(["bat", "blocks/0/3", "footer", "header"], (await DirectoryDecoding.FilesAsync(_remote, "v/data/e.vhd")).Keys);
    }

    // The source has changed: what was kept of its earlier content is written anew, although the record is honest.
    [Fact]
    public async Task Resume_ContentIsAnother_IsTheNewOne()
    {
        await InterruptAsync(5);
        await using (var writer = await _writing.CreateAsync(s_all, Options(), Disk))
        {
            foreach (var block in s_all)
            {
                await writer.WriteBlockAsync(block, DirectoryWriting.Content(block == 3 ? 100 : block), Cancellation);
            }

            await writer.CompleteAsync(Cancellation);
        }

        await using var disk = await VhdDirectory.OpenAsync(_remote, DirectoryWriting.Alias, Cancellation);
        var data = new byte[DirectoryWriting.BlockSize];
        await disk.ReadBlockAsync(3, new byte[512], data, Cancellation);
        Assert.False(data.AsSpan().ContainsAnyExcept((byte)101));
    }

    private static MirrorBackup.Disks.DiskIdentity Disk { get; } = DirectoryWriting.Disk with { VirtualSize = 64L << 20 };

    private VhdDirectoryWriteOptions Options() => DirectoryWriting.Options with
    {
        Staging = new StagingOptions(RemotePath.Parse(Record), "source", _time) { BlocksPerRecord = 2 },
    };

    private async Task InterruptAsync(int blocks, VhdDirectoryWriteOptions? options = null)
    {
        await using var writer = await _writing.CreateAsync(s_all, options ?? Options(), Disk);
        await DirectoryWriting.WriteAsync(writer, s_all[..blocks]);
        writer.Suspend();
    }

    private async Task AssertIsWholeAsync()
    {
        await _writing.AssertHoldsAsync(s_all);
        var names = (await DirectoryDecoding.FilesAsync(_remote, (await _writing.TextAsync("v/d.alias.vhd")).Insert(0, "v/"))).Keys;
        Assert.Equal(["bat", .. s_all.Select(static block => $"blocks/0/{block}").Order(StringComparer.Ordinal), "footer", "header"], names.Where(static name => name != "chunk-filters.json"));
        Assert.False(await _writing.ExistsAsync(Record));
    }

    private List<int> BlocksWritten() => [.. _remote.Log
        .Where(static entry => entry.Operation == RemoteOperation.WriteAll && entry.Path.Value.Contains("/blocks/", StringComparison.Ordinal))
        .Select(static entry => int.Parse(entry.Path.Name, System.Globalization.CultureInfo.InvariantCulture))];

    private async Task<List<int>> VouchedForAsync()
    {
        var bits = Convert.FromBase64String((string)JsonNode.Parse(await _writing.TextAsync(Record))!["flushed"]!);
        return [.. Enumerable.Range(0, bits.Length * 8).Where(block => (bits[block / 8] & (0x80 >> (block % 8))) != 0)];
    }

    private async Task DeleteAsync(string path) => await _remote.DeleteAsync(RemotePath.Parse(path), Cancellation);

    private async Task ChangeAsync(Action<JsonObject> change)
    {
        var record = JsonNode.Parse(await _writing.TextAsync(Record))!.AsObject();
        change(record);
        await _writing.PutAsync(Record, record.ToJsonString());
    }
}
