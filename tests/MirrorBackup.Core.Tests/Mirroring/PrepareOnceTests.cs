using MirrorBackup.Backups;
using MirrorBackup.Golden;
using MirrorBackup.Mirroring;

namespace MirrorBackup.Tests.Mirroring;

/// <summary>However many destinations there are, each block is read and decoded once, encoded once per codec, and encrypted once per destination that encrypts.</summary>
public sealed class PrepareOnceTests
{
    private const string OneKey = "fedcba9876543210FEDCBA9876543210";
    private const string OtherKey = "0123456789ABCDEF0123456789ABCDEF";

    /// <summary>A golden set; destinations as codec and key; how often each block has to be encoded.</summary>
    public static TheoryData<string, (BlockCodec Codec, string? Key)[], int> Directories { get; } = new()
    {
        { "a-src-delta-vhd", [(BlockCodec.Brotli, null), (BlockCodec.Brotli, null)], 1 },
        { "a-src-delta-vhd", [(BlockCodec.Brotli, null), (BlockCodec.Brotli, OneKey), (BlockCodec.Brotli, OtherKey)], 1 },
        { "a-src-delta-vhd", [(BlockCodec.Brotli, OneKey), (BlockCodec.Gzip, null), (BlockCodec.Brotli, null)], 2 },
        { "a-src-delta-vhd", [(BlockCodec.Brotli, null), (BlockCodec.Gzip, OneKey), (BlockCodec.None, OtherKey)], 3 },
        { "c1-mirror-vhddir-brotli", [(BlockCodec.Gzip, null), (BlockCodec.Gzip, OneKey), (BlockCodec.Brotli, OtherKey)], 2 },
        { "d1-enc-chacha20-delta", [(BlockCodec.Gzip, null), (BlockCodec.Gzip, OneKey)], 1 },
    };

    [Theory]
    [MemberData(nameof(Directories))]
    public async Task Mirror_SeveralDirectories_EncodesEachBlockOncePerCodecAndEncryptsItOncePerKey(string set, (BlockCodec Codec, string? Key)[] destinations, int encodings)
    {
        await using var world = await PassThroughWorld.OpenAsync(set);
        var meeting = new BufferMeeting(destinations.Length);
        var remotes = new List<BlockTrafficRemote>();
        foreach (var (codec, key) in destinations)
        {
            remotes.Add(await world.AddAsync($"dst{remotes.Count}", StorageForm.VhdDirectory(codec), key, meeting.Join));
        }

        world.Source.Clear();
        Assert.NotEmpty(PassThroughWorld.Ways(await world.MirrorAsync(readsBack: false)));

        Assert.All(meeting.BuffersPerBlock, buffers => Assert.Equal(encodings, buffers));
        Assert.All(meeting.WritesPerBlock, writes => Assert.Equal(destinations.Length, writes));

        // A remote that encrypts does so to each file that is written to it, unless that is encrypted already.
        Assert.All(remotes, remote => Assert.Equal(meeting.WritesPerBlock.Count, remote.Written.Count));
        Assert.All(remotes, static remote => Assert.Empty(remote.WrittenStored));
        Assert.Equal(world.Source.Read.Distinct().Count(), world.Source.Read.Count);
        for (var i = 0; i < destinations.Length; i++)
        {
            await world.AssertContentAsync($"dst{i}");
        }
    }

    [Theory]
    [InlineData("c1-mirror-vhddir-brotli", 2)]
    [InlineData("c2-vhddir-gzip", 3)]
    [InlineData("d1-enc-chacha20-delta", 2)]
    public async Task Mirror_SeveralFiles_ReadsAndDecodesEachBlockOnce(string set, int destinations)
    {
        await using var world = await PassThroughWorld.OpenAsync(set, PassThroughWorld.TwoJobs);
        var meeting = new BufferMeeting(destinations);
        for (var i = 0; i < destinations; i++)
        {
            await world.AddAsync($"dst{i}", StorageForm.VhdFile, wrap: meeting.Join);
        }

        world.Source.Clear();
        Assert.NotEmpty(PassThroughWorld.Ways(await world.MirrorAsync(readsBack: false)));

        Assert.All(meeting.BuffersPerBlock, static buffers => Assert.Equal(1, buffers));
        Assert.Equal(meeting.BuffersPerBlock.Count, world.Source.Read.Count);
        Assert.Equal(meeting.BuffersPerBlock.Count, world.Source.Read.Distinct().Count());
        await world.AssertContentAsync("dst0");
        await world.AssertContentAsync($"dst{destinations - 1}");
    }
}
