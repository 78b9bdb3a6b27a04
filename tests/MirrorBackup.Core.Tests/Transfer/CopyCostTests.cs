using MirrorBackup.Disks;
using MirrorBackup.Golden;
using MirrorBackup.Remotes;
using MirrorBackup.Tests.Vhd;
using MirrorBackup.Transfer;
using MirrorBackup.Vhd;
using MirrorBackup.Vhd.Directories;

namespace MirrorBackup.Tests.Transfer;

/// <summary>What a copy allocates for each block, and how often it reads and writes. Alone, because allocations are counted for the whole process.</summary>
[Collection(nameof(Alone))]
public sealed class CopyCostTests(ITestOutputHelper output) : IDisposable
{
    private const int Few = 16;
    private const int Many = 48;

    // Of a block of 2 MiB. 2 KiB are 1 MiB for a GiB. A block of a directory is a file, whose paths are strings.
#if DEBUG
    private const int AllocatedPerBlock = 5 << 10, AllocatedPerBlockFile = 6 << 10; // What waits is an object each time, where the compiler does not optimise.
#else
    private const int AllocatedPerBlock = 1 << 10, AllocatedPerBlockFile = 2 << 10;
#endif

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, DigestAlgorithm.XxHash128)]
    [InlineData(2, DigestAlgorithm.XxHash128)]
    [InlineData(1, DigestAlgorithm.Sha256)]
    public Task RunAsync_FileToFiles_AllocatesNearlyNothingForABlock(int destinations, DigestAlgorithm digest) =>
        AssertAllocationsAsync(AllocatedPerBlock * destinations, (blocks, name) => CopyAsync(blocks, destinations, name, digest));

    [Fact]
    public Task RunAsync_FileToDirectory_AllocatesNearlyNothingForABlock() =>
        AssertAllocationsAsync(AllocatedPerBlockFile, (blocks, name) => CopyAsync(blocks, 1, name, targetOf: ToDirectory));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task RunAsync_DirectoryToDirectory_AllocatesNearlyNothingForABlock(bool isEncrypted) =>
        AssertAllocationsAsync(AllocatedPerBlockFile, (blocks, name) => CopyDirectoryAsync(blocks, name, isEncrypted ? StoredReading.Encrypted : StoredReading.Encoded));

    [Fact]
    public async Task RunAsync_FileToFiles_ReadsEachByteOnceAndWritesItOnceForEach()
    {
        var (_, read, written) = await CopyAsync(Many, 2, "counted");

        var blocks = Many * 2L * VhdBytes.MiB;
        Assert.InRange(read, blocks, (long)(1.01 * blocks));
        Assert.InRange(written, 2 * blocks, (long)(2.02 * blocks));
    }

    public void Dispose() => _folder.Dispose();

    private async Task AssertAllocationsAsync(long limit, Func<int, string, Task<(long Allocated, long Read, long Written)>> copy)
    {
        var (few, many, each) = (long.MaxValue, long.MaxValue, -1L);
        for (var i = 0; i < 8 && (each < 0 || each > limit); i++)
        {
            // The least of several: the buffers of blocks, which are pooled, are made in some run or other.
            few = Math.Min(few, (await copy(Few, $"few{i}")).Allocated);
            many = Math.Min(many, (await copy(Many, $"many{i}")).Allocated);
            each = (many - few) / (Many - Few);
        }

        output.WriteLine($"{each} bytes for each block");
        Assert.InRange(each, 0, limit);
    }

    private async Task<(long Allocated, long Read, long Written)> CopyAsync(
        int blocks, int destinations, string name, DigestAlgorithm digest = default, Func<MeteredRemote, VhdFile, CopyTarget<IDiskWriter>>? targetOf = null)
    {
        targetOf ??= ToFile;
        await using var source = new MeteredRemote(Open($"{name}-source"));
        await WriteAsync(source, blocks);
        var targets = Enumerable.Range(0, destinations).Select(number => new MeteredRemote(Open($"{name}-{number}"))).ToArray();
        await using var disk = await VhdFile.OpenAsync(source, RemotePath.Parse("a.vhd"), null, Cancellation);
        var before = source.Traffic.BytesRead;

        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var result = await DiskCopy.RunAsync(
            disk, [.. targets.Select(target => targetOf(target, disk))], new CopyOptions { Digest = digest }, cancellationToken: Cancellation);
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;

        Assert.True(result.Succeeded);
        foreach (var target in targets)
        {
            await target.DisposeAsync();
        }

        return (allocated, source.Traffic.BytesRead - before, targets.Sum(static target => target.Traffic.BytesWritten));
    }

    // As a mirror does where both sides have the same form: blocks travel as they are stored.
    private async Task<(long Allocated, long Read, long Written)> CopyDirectoryAsync(int blocks, string name, StoredReading reading)
    {
        await using var source = new MeteredRemote(Open($"{name}-source"));
        await WriteAsync(source, blocks);
        await using var file = await VhdFile.OpenAsync(source, RemotePath.Parse("a.vhd"), null, Cancellation);
        Assert.True((await DiskCopy.RunAsync(file, [ToDirectory(source, file)], new CopyOptions(), cancellationToken: Cancellation)).Succeeded);
        await using var disk = await VhdDirectory.OpenAsync(source, RemotePath.Parse("a.alias.vhd"), Cancellation);
        await using var target = new MeteredRemote(Open($"{name}-target"));

        var options = new CopyOptions { StoredBlocks = StoredBlockReader.Create([disk], reading, decodes: reading == StoredReading.Encoded) };
        var before = (source.Traffic.BytesRead, GC.GetTotalAllocatedBytes(precise: true));
        var result = await DiskCopy.RunAsync(disk, [ToDirectory(target, file)], options, cancellationToken: Cancellation);
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - before.Item2;

        Assert.True(result.Succeeded);
        return (allocated, source.Traffic.BytesRead - before.BytesRead, target.Traffic.BytesWritten);
    }

    private LocalRemote Open(string name) => LocalRemote.Open(Directory.CreateDirectory(_folder[name]).FullName);

    private static async Task WriteAsync(IRemote remote, int blocks)
    {
        var file = new VhdBytes { Size = blocks * 2L * VhdBytes.MiB };
        for (var block = 0; block < blocks; block++)
        {
            file.Block(block, (byte)(block + 1));
        }

        await file.WriteToAsync(remote, "a.vhd");
    }

    private static CopyTarget<IDiskWriter> ToFile(MeteredRemote remote, VhdFile disk) => new(remote.Name, async stop => await VhdFileWriter.CreateAsync(
        remote,
        RemotePath.Parse("a.vhd"),
        new DiskIdentity(disk.Id, null, null, disk.VirtualSize),
        disk.AllocatedBlocks,
        new VhdWriteOptions { Timestamp = disk.Footer.CreatedAt, Grade = WriteGrade.Publish },
        stop));

    private static CopyTarget<IDiskWriter> ToDirectory(MeteredRemote remote, VhdFile disk) => new(remote.Name, async stop => await VhdDirectoryWriter.CreateAsync(
        remote,
        RemotePath.Parse("a.alias.vhd"),
        new DiskIdentity(disk.Id, null, null, disk.VirtualSize),
        disk.AllocatedBlocks,
        new VhdDirectoryWriteOptions { Timestamp = disk.Footer.CreatedAt },
        stop));
}
