using MirrorBackup.Remotes;
using MirrorBackup.Tests.Vhd;
using MirrorBackup.Vhd.Merging;

namespace MirrorBackup.Tests.Merging;

/// <summary>What a merge reads and writes, in bytes: no more than it has to.</summary>
public sealed class MergeCostTests : IAsyncDisposable
{
    private const int Blocks = 16;
    private const long Delta = Blocks * 2L * VhdBytes.MiB;
    private const long DiskSize = 4 * Delta;

    private readonly MeteredRemote _remote = new(new MemoryRemote());

    [Fact]
    public async Task RunAsync_Files_WriteTheDeltaOnce()
    {
        await MergeFixture.WriteAsync(_remote, "a.vhd", 1, null, DiskSize, static file => Fill(file, 0));
        await MergeFixture.WriteAsync(_remote, "b.vhd", 2, ("a.vhd", 1), DiskSize, static file => Fill(file, Blocks / 2));

        var (read, written) = await MergeAsync("a.vhd", "b.vhd");

        Assert.InRange(written, Delta, (long)(1.02 * Delta));
        Assert.InRange(read, Delta, (long)(1.02 * Delta));
    }

    [Fact]
    public async Task RunAsync_ManyFiles_ReadAndWriteEachSurvivingBlockOnce()
    {
        await MergeFixture.WriteAsync(_remote, "a.vhd", 1, null, DiskSize, static file => Fill(file, 0));
        await MergeFixture.WriteAsync(_remote, "b.vhd", 2, ("a.vhd", 1), DiskSize, static file => Fill(file, 0));
        await MergeFixture.WriteAsync(_remote, "c.vhd", 3, ("b.vhd", 2), DiskSize, static file => Fill(file, 0));
        await MergeFixture.WriteAsync(_remote, "d.vhd", 4, ("c.vhd", 3), DiskSize, static file => Fill(file, 0));

        var (read, written) = await MergeAsync("a.vhd", "b.vhd", "c.vhd", "d.vhd");

        Assert.InRange(written, Delta, (long)(1.02 * Delta));
        Assert.InRange(read, Delta, (long)(1.02 * Delta));
    }

    [Fact]
    public async Task RunAsync_Directories_ReadAndWriteNoBlock()
    {
        await MergeFixture.WriteDirectoryAsync(_remote, "a", 1, null, DiskSize, "none", static file => Fill(file, 0));
        await MergeFixture.WriteDirectoryAsync(_remote, "b", 2, ("a", 1), DiskSize, "none", static file => Fill(file, Blocks / 2));

        var (read, written) = await MergeAsync("a.alias.vhd", "b.alias.vhd");

        Assert.InRange(written, 1, 16 << 10);
        Assert.InRange(read, 1, 64 << 10);
    }

    public ValueTask DisposeAsync() => _remote.DisposeAsync();

    private static void Fill(VhdBytes file, int first)
    {
        for (var block = first; block < first + Blocks; block++)
        {
            file.Block(block, (byte)(block + 1));
        }
    }

    private async Task<(long Read, long Written)> MergeAsync(params string[] chain)
    {
        var before = _remote.Traffic;
        await VhdMerge.RunAsync(_remote, MergeFixture.Folder, [.. chain], null, TestContext.Current.CancellationToken);
        var after = _remote.Traffic;
        return (after.BytesRead - before.BytesRead, after.BytesWritten - before.BytesWritten);
    }
}
