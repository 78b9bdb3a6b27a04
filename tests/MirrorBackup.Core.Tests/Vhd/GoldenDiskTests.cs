using System.Text.Json.Nodes;
using MirrorBackup.Disks;
using MirrorBackup.Golden;
using MirrorBackup.Remotes;
using MirrorBackup.Vhd;
using MirrorBackup.Vhd.Format;

namespace MirrorBackup.Tests.Vhd;

/// <summary>Every disk of every restore point that the real engine wrote, read down its chain, against digests that were computed without VHD code.</summary>
public sealed class GoldenDiskTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("a-src-delta-vhd", 24)]
    [InlineData("c0-mirror-vhd-file", 14)]
    public async Task ComputeAsync_EveryDiskOfASet_HasTheDigestOfTheManifest(string set, int disks)
    {
        using var folder = new TemporaryFolder();
        GoldenData.UnpackSet(set, folder.Path);
        await using var remote = LocalRemote.Open(folder.Path, new LocalRemoteOptions { IsReadOnly = true });
        var count = 0;
        foreach (var (path, disk) in Disks(set).Where(d => File.Exists(folder[d.Path])))
        {
            await using var chain = await VhdChain.OpenAsync(remote, RemotePath.Parse(path), null, Cancellation);

            Assert.Equal((string)disk["sha256"]!, Convert.ToHexStringLower(await DiskDigest.ComputeAsync(chain, null, Cancellation)));
            Assert.Equal((string)disk["truthSha256"]!, (string)disk["sha256"]!);
            await using var file = await VhdFile.OpenAsync(remote, RemotePath.Parse(path), null, Cancellation);
            Assert.Equal(disk["blocksInFile"]!.AsArray().Select(b => (int)b!), file.AllocatedBlocks);
            Assert.Equal((Guid.Parse((string)disk["vhdUuid"]!), (long)disk["virtualSize"]!), (file.Id, file.VirtualSize));
            Assert.Equal((string?)disk["parentPath"], file.ParentName);
            Assert.Equal((string?)disk["parentUuid"], file.ParentId?.ToString());
            count++;
        }

        Assert.Equal(disks, count);
    }

    [Fact]
    public async Task CompleteAsync_DiskOfXenOrchestra_IsWrittenWithTheSameBytes()
    {
        using var folder = new TemporaryFolder();
        GoldenData.UnpackSet("a-src-delta-vhd", folder.Path);
        await using var source = LocalRemote.Open(folder.Path, new LocalRemoteOptions { IsReadOnly = true });
        await using var target = new MemoryRemote();
        var count = 0;

        // A merge leaves the sizes of the newest in the oldest, but its bytes are not those of one who writes the disk at once.
        foreach (var (path, _) in Disks("a-src-delta-vhd").Where(d => (string)d.Disk["type"]! == (string)d.Disk["originalType"]!))
        {
            await using var file = await VhdFile.OpenAsync(source, RemotePath.Parse(path), null, Cancellation);
            var options = new VhdWriteOptions { Timestamp = file.Footer.CreatedAt, Geometry = VhdGeometry.OfXenOrchestra(file.VirtualSize) };

            await DiskCopying.WriteAsync(file, file.ParentName, target, file.Path, file.Placement!.Indexes, options);

            Assert.Equal(await source.ReadAllAsync(file.Path, 1 << 26, Cancellation), await target.ReadAllAsync(file.Path, 1 << 26, Cancellation));
            count++;
        }

        Assert.Equal(23, count);
    }

    internal static IEnumerable<(string Path, JsonNode Disk)> Disks(string set)
    {
        var manifest = JsonNode.Parse(File.ReadAllText(Path.Combine(GoldenData.Root, "manifest.json")))!;
        return from vm in manifest[set]!.AsArray()
               from point in vm!["points"]!.AsArray()
               from disk in point!["disks"]!.AsArray()
               select ($"xo-vm-backups/{vm["uuid"]}/{disk["path"]}", disk);
    }
}
