using System.IO.Compression;
using System.Text;
using MirrorBackup.Remotes;
using MirrorBackup.Tests.Vhd;
using MirrorBackup.Vhd;
using MirrorBackup.Vhd.Directories;
using MirrorBackup.Vhd.Merging;
using static MirrorBackup.Tests.Merging.MergeFixture;

namespace MirrorBackup.Tests.Merging;

/// <summary>
/// Merges of two compressions that Xen Orchestra began: it moves the files as they are (<c>formats/vhd.md</c> §5.6). Finished by us, every block is in the
/// compression of its directory.
/// </summary>
public sealed class MixedMergeTests : IAsyncDisposable
{
    private const int MiB = VhdBytes.MiB;
    private const string State = ".a.alias.vhd.merge.json";

    private readonly MemoryRemote _remote = new();

    public static TheoryData<string, string> TwoCodecs => new()
    {
        { "gzip", "brotli" }, { "gzip", "none" }, { "brotli", "gzip" }, { "brotli", "none" }, { "none", "gzip" }, { "none", "brotli" },
    };

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _remote.DisposeAsync();

    [Theory]
    [MemberData(nameof(TwoCodecs))]
    public async Task ResumeAsync_BlocksMovedAsTheyWere_AreEncodedAnew(string ancestor, string child)
    {
        await BeginAsXenOrchestraAsync(ancestor, child, 1, 2);
        await AssertContentAsync("b", [1, 2, 3, 4]);

        await ResumeAsync();

        await AssertContentAsync("b", [1, 2, 3, 4]);
        await AssertStoredAsync(ancestor, [1, 2, 3, 4]);
    }

    [Fact]
    public async Task ResumeAsync_KilledAnywhere_StaysReadableAndFinishes()
    {
        var count = 0;
        for (var hasFailed = true; hasFailed; count++)
        {
            foreach (var moment in Enum.GetValues<FaultMoment>())
            {
                await _remote.DeleteTreeAsync(Folder, Cancelled);
                await BeginAsXenOrchestraAsync("gzip", "brotli", 1, 2);
                var faulty = new FaultInjectingRemote(_remote, count, moment);
                hasFailed = await Record.ExceptionAsync(async () => await ResumeAsync(faulty)) is not null;
                await AssertContentAsync("b", [1, 2, 3, 4]);
                if (await _remote.StatAsync(Folder / State, Cancelled) is not null)
                {
                    await ResumeAsync();
                }

                await AssertContentAsync("b", [1, 2, 3, 4]);
                await AssertStoredAsync("gzip", [1, 2, 3, 4]);
            }
        }

        Assert.InRange(count, 8, 100);
    }

    // Everything is in the ancestor, which has the newest id and not its name yet.
    [Theory]
    [MemberData(nameof(TwoCodecs))]
    public async Task ResumeAsync_CompletedAsTheyWere_AreEncodedAnew(string ancestor, string child)
    {
        await BeginAsXenOrchestraAsync(ancestor, child, 1, 2, 3);
        var merged = new VhdBytes { Id = Id(2), Size = 8 * MiB }.Block(0, 1).Block(1, 2).Block(2, 3).Block(3, 4).ToDirectory(ancestor);
        foreach (var part in (string[])["footer", "bat"])
        {
            await _remote.WriteAllAsync(Folder / $"data/a.vhd/{part}", merged[part], default, Cancelled);
        }

        await AssertContentAsync("b", [1, 2, 3, 4]);

        await ResumeAsync();

        await AssertContentAsync("b", [1, 2, 3, 4]);
        await AssertStoredAsync(ancestor, [1, 2, 3, 4]);
    }

    [Theory]
    [InlineData("gzip", "brotli")]
    [InlineData("none", "gzip")]
    public async Task ResumeAsync_BlockThatNothingDecodes_StopsAndSaysSo(string ancestor, string child)
    {
        await BeginAsXenOrchestraAsync(ancestor, child, 1, 2);
        await _remote.WriteAllAsync(Folder / "data/a.vhd/blocks/0/2", VhdBytes.Filled(0xA5, 1000), default, Cancelled);

        var error = await Assert.ThrowsAsync<CorruptBackupException>(async () => await ResumeAsync());

        Assert.Equal((ErrorCodes.CorruptMergeState, "disk/data/a.vhd/blocks/0/2"), (error.Code, error.Path));
        Assert.Contains(State, await NamesAsync(_remote));
        Assert.NotNull(await _remote.StatAsync(Folder / "data/b.vhd/blocks/0/3", Cancelled));
    }

    // A disk that grew: Xen Orchestra leaves the header as it was.
    [Fact]
    public async Task ResumeAsync_CompletedWithoutGrowingTheHeader_GrowsIt()
    {
        await WriteDirectoryAsync(_remote, "a", 2, null, 20 * MiB, "brotli", static f =>
        {
            f.Entries = 4;
            f.Block(0, 1).Block(9, 9);
        });
        await _remote.WriteAllAsync(Folder / "b.alias.vhd", "data/b.vhd"u8.ToArray(), default, Cancelled);
        await WriteStateAsync("cleanup");

        await ResumeAsync();

        var header = Decode("brotli", await _remote.ReadAllAsync(Folder / "data/a.vhd/header", MiB, Cancelled));
        Assert.Equal([0, 0, 0, 10], header[28..32]);
        Assert.Equal(VhdBytes.Filled(9), await ReadAsync(await VhdDirectory.OpenAsync(_remote, Folder / "b.alias.vhd", Cancelled), 9));
    }

    // Blocks 0 and 1 of the ancestor; 1, 2 and 3 of the child, of which some have moved.
    private async Task BeginAsXenOrchestraAsync(string ancestor, string child, params int[] moved)
    {
        await WriteDirectoryAsync(_remote, "a", 1, null, 8 * MiB, ancestor, static f => f.Block(0, 1).Block(1, 0xEE));
        await WriteDirectoryAsync(_remote, "b", 2, ("a", 1), 8 * MiB, child, static f => f.Block(1, 2).Block(2, 3).Block(3, 4));
        foreach (var block in moved)
        {
            await _remote.MoveAsync(Folder / $"data/b.vhd/blocks/0/{block}", Folder / $"data/a.vhd/blocks/0/{block}", cancellationToken: Cancelled);
        }

        await WriteStateAsync("mergeBlocks");
    }

    private async Task WriteStateAsync(string step) => await _remote.WriteAllAsync(
        Folder / State,
        Encoding.UTF8.GetBytes($$"""{"child":{"uuid":"{{Id(2)}}"},"parent":{"uuid":"{{Id(1)}}"},"chain":["a.alias.vhd","b.alias.vhd"],"currentBlock":1,"mergedDataSize":0,"step":"{{step}}"}"""),
        default,
        Cancelled);

    private Task ResumeAsync() => ResumeAsync(_remote);

    private static async Task ResumeAsync(IRemote remote) =>
        await VhdMerge.ResumeAsync(remote, Folder, State, static name => name == "b.alias.vhd", null, Cancelled);

    // As backups are read: through the chain, or from what has taken its place.
    private async Task AssertContentAsync(string name, byte[] values)
    {
        await using var chain = await VhdChain.OpenAsync(_remote, Folder / $"{name}.alias.vhd", cancellationToken: Cancelled);
        for (var block = 0; block < values.Length; block++)
        {
            Assert.Equal(VhdBytes.Filled(values[block]), await ReadAsync(chain, block));
        }
    }

    // With the framework's decoders, so that nothing of ours that forgives takes part.
    private async Task AssertStoredAsync(string codec, byte[] values)
    {
        Assert.Equal(["b.alias.vhd", "data"], await NamesAsync(_remote));
        for (var block = 0; block < values.Length; block++)
        {
            var clear = Decode(codec, await _remote.ReadAllAsync(Folder / $"data/a.vhd/blocks/0/{block}", 4 * MiB, Cancelled));
            Assert.Equal(VhdBytes.Filled(values[block]), clear[512..]);
        }
    }

    private static byte[] Decode(string codec, byte[] stored)
    {
        using var clear = new MemoryStream();
        using Stream decoder = codec switch
        {
            "gzip" => new GZipStream(new MemoryStream(stored), CompressionMode.Decompress),
            "brotli" => new BrotliStream(new MemoryStream(stored), CompressionMode.Decompress),
            _ => new MemoryStream(stored),
        };
        decoder.CopyTo(clear);
        return clear.ToArray();
    }
}
