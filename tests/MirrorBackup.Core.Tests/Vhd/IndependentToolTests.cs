using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using MirrorBackup.Disks;
using MirrorBackup.Golden;
using MirrorBackup.Remotes;
using MirrorBackup.Vhd;

namespace MirrorBackup.Tests.Vhd;

/// <summary>
/// <c>qemu-img</c> and <c>7zz</c> judge: they share no code with the library nor with Xen Orchestra. <c>qemu-img</c> knows keys only (of a delta it ignores the
/// parent), <c>7zz</c> whole chains.
/// </summary>
public sealed class IndependentToolTests : IDisposable
{
    private const long GiB = 1L << 30;

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    /// <summary>Sizes below and above what a geometry can say, whole and broken numbers of blocks, up to the largest that these tools open.</summary>
    public static TheoryData<long> Sizes =>
    [
        512, 1024, 34816, 1 << 20, (1 << 20) + 512, 2 << 20, 5 << 20, 8 << 20, (8 << 20) + 512, 104857600, 512 << 20, 10 * GiB, 32 * GiB,
        127 * GiB, 136899993600 - 512, 136899993600, 136899993600 + 512, 130 * GiB, 2040 * GiB - 512, 2040 * GiB,
    ];

    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task QemuImg_KeyOfAnySize_SeesItExactlyWithoutOptions(long size)
    {
        Require("qemu-img");
        await using var remote = LocalRemote.Open(_folder.Path);
        await WriteKeyAsync(remote, size);

        var info = JsonNode.Parse(await RunAsync("qemu-img", "info", "--output=json", "key.vhd"))!;

        Assert.Equal(("vpc", size), ((string)info["format"]!, (long)info["virtual-size"]!));
        await using var file = await VhdFile.OpenAsync(remote, RemotePath.Parse("key.vhd"), null, Cancellation);
        await using (var raw = File.Create(_folder["key.raw"]))
        {
            await RawImage.ExportAsync(file, raw, null, Cancellation);
        }

        Assert.Equal(size, new FileInfo(_folder["key.raw"]).Length);
        Assert.Contains("Images are identical", await RunAsync("qemu-img", "compare", "-F", "raw", "key.vhd", "key.raw"), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task SevenZip_KeyOfAnySize_SeesItExactly(long size)
    {
        Require("7zz");
        await using var remote = LocalRemote.Open(_folder.Path);
        await WriteKeyAsync(remote, size);

        var listing = await RunAsync("7zz", "l", "-slt", "key.vhd");

        Assert.Contains($"\nSize = {size.ToString(CultureInfo.InvariantCulture)}\n", listing, StringComparison.Ordinal);
    }

    [Fact]
    public async Task QemuImg_KeysOfXenOrchestraAndOurCopies_HoldTheSame()
    {
        Require("qemu-img");
        GoldenData.UnpackSet("a-src-delta-vhd", _folder.Path);
        await using var remote = LocalRemote.Open(_folder.Path);
        foreach (var (path, disk) in GoldenDiskTests.Disks("a-src-delta-vhd").Where(d => (string)d.Disk["type"]! == "key"))
        {
            await using var file = await VhdFile.OpenAsync(remote, RemotePath.Parse(path), null, Cancellation);
            await DiskCopying.WriteAsync(file, null, remote, RemotePath.Parse("ours.vhd"));

            // Xen Orchestra's geometry makes qemu see another size unless it is told where to look; ours does not.
            await RunAsync("qemu-img", "convert", "--image-opts", $"driver=vpc,force_size_calc=current_size,file.filename={path}", "-O", "raw", "theirs.raw");
            await RunAsync("qemu-img", "convert", "ours.vhd", "-O", "raw", "ours.raw");

            Assert.Equal((string)disk["truthSha256"]!, await Sha256Async("theirs.raw"));
            Assert.Equal((string)disk["truthSha256"]!, await Sha256Async("ours.raw"));
        }
    }

    [Fact]
    public async Task SevenZip_ChainsOfXenOrchestraAndOurCopies_HoldTheSame()
    {
        Require("7zz");
        GoldenData.UnpackSet("a-src-delta-vhd", _folder.Path);
        await using var remote = LocalRemote.Open(_folder.Path);
        var disks = GoldenDiskTests.Disks("a-src-delta-vhd").ToList();
        foreach (var (path, _) in disks)
        {
            await using var file = await VhdFile.OpenAsync(remote, RemotePath.Parse(path), null, Cancellation);
            await DiskCopying.WriteAsync(file, file.ParentName, remote, RemotePath.Parse("copies/" + path));
        }

        foreach (var (path, disk) in disks)
        {
            foreach (var vhd in new[] { path, "copies/" + path })
            {
                Assert.Equal((string)disk["truthSha256"]!, await ExtractAsync(vhd));
            }
        }
    }

    [Fact]
    public async Task SevenZip_PartialBitmapsAndACollapsedRun_HoldTheSameAsTheChain()
    {
        Require("7zz");
        await using var remote = LocalRemote.Open(_folder.Path);
        var names = await WriteRandomChainAsync(remote);
        string digest;
        await using (var chain = await VhdChain.OpenAsync(remote, RemotePath.Parse(names[^1]), null, Cancellation))
        {
            digest = Convert.ToHexStringLower(await DiskDigest.ComputeAsync(chain, null, Cancellation));
            await DiskCopying.WriteAsync(chain, null, remote, RemotePath.Parse("key/collapsed.vhd"));
        }

        await using var key = await VhdChain.OpenAsync(remote, RemotePath.Parse(names[0]), null, Cancellation);
        await DiskCopying.WriteAsync(key, null, remote, RemotePath.Parse("run/" + names[0]));
        await using (var run = await VhdChain.OpenAsync(remote, RemotePath.Parse(names[^1]), new VhdChainOptions { StopAbove = key.Id }, Cancellation))
        await using (var whole = new WholeBlockDisk(run, async c => await VhdChain.OpenAsync(remote, RemotePath.Parse(names[0]), null, c)))
        {
            await DiskCopying.WriteAsync(whole, names[0], remote, RemotePath.Parse("run/collapsed.vhd"));
        }

        Assert.Equal(digest, await ExtractAsync(names[^1]));
        Assert.Equal(digest, await ExtractAsync("key/collapsed.vhd"));
        Assert.Equal(digest, await ExtractAsync("run/collapsed.vhd"));
    }

    private static void Require(string tool) => Assert.SkipUnless(ExternalTool.IsInstalled(tool), $"{tool} is not installed.");

    // The first and the last block hold something; the disk ends inside the last.
    private static async Task WriteKeyAsync(LocalRemote remote, long size)
    {
        var last = (int)((size - 1) / (2 << 20));
        var identity = new DiskIdentity(Guid.Parse("01234567-89ab-4cde-8f01-23456789abcd"), null, null, size);
        var options = new VhdWriteOptions { Timestamp = new(2026, 2, 23, 12, 0, 0, TimeSpan.Zero) };
        int[] blocks = last == 0 ? [0] : [0, last];
        await using var writer = await VhdFileWriter.CreateAsync(remote, RemotePath.Parse("key.vhd"), identity, blocks, options, Cancellation);
        foreach (var block in blocks)
        {
            var data = new byte[2 << 20];
            new Random(block).NextBytes(data.AsSpan(0, (int)Math.Min(data.Length, size - ((long)block << 21))));
            await writer.WriteBlockAsync(block, data, Cancellation);
        }

        await writer.CompleteAsync(Cancellation);
    }

    private static async Task<string[]> WriteRandomChainAsync(LocalRemote remote)
    {
        var random = new Random(7);
        Guid? parent = null;
        string[] names = ["v0.vhd", "v1.vhd", "v2.vhd", "v3.vhd"];
        for (var level = 0; level < names.Length; level++)
        {
            var bytes = new VhdBytes
            {
                Id = new Guid(level + 1, 0, 0, new byte[8]), ParentId = parent, ParentName = level == 0 ? "" : names[level - 1], Size = (12 << 20) - 512, DataAlignment = 4096,
            };
            for (var block = 5; block >= 0; block -= random.Next(1, 3))
            {
                var data = new byte[2 << 20];
                random.NextBytes(data);
                var hits = Enumerable.Range(0, 4096).Select(_ => random.Next(3) > 0).ToArray();
                bytes.Block(block, data, level == 0 ? null : sector => hits[sector]);
            }

            parent = bytes.Id;
            await bytes.WriteToAsync(remote, names[level]);
        }

        return names;
    }

    private async Task<string> ExtractAsync(string vhd)
    {
        await RunAsync("7zz", "x", "-y", "-oextracted", vhd);
        return await Sha256Async($"extracted/{Path.GetFileNameWithoutExtension(vhd)}.img");
    }

    private async Task<string> Sha256Async(string file)
    {
        await using var stream = File.OpenRead(_folder[file]);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, Cancellation));
    }

    private Task<string> RunAsync(string tool, params string[] arguments) => ExternalTool.RunAsync(tool, arguments, _folder.Path, Cancellation);
}
