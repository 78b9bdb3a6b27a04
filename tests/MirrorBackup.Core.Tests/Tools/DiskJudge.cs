using System.Security.Cryptography;
using System.Text.Json.Nodes;
using MirrorBackup.Golden;

namespace MirrorBackup.Tests.Tools;

/// <summary>
/// What two programs that share no code with the library see in a disk file: <c>7zz</c> reads it with its parents, <c>qemu-img</c> alone, so that
/// its content counts for keys only.
/// </summary>
internal sealed class DiskJudge : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static void RequireTools()
    {
        Assert.SkipUnless(ExternalTool.IsInstalled("7zz"), "7zz is not installed.");
        Assert.SkipUnless(ExternalTool.IsInstalled("qemu-img"), "qemu-img is not installed.");
    }

    /// <summary>Both programs have to see the true content, and with it the exact size.</summary>
    /// <param name="disk">A disk file.</param>
    /// <param name="truth">The SHA-256 of the disk, computed without VHD code.</param>
    /// <param name="isUntouched">Whether Xen Orchestra wrote the file, with the geometry for which <c>qemu-img</c> needs an option.</param>
    public async Task AssertAsync(ListedDisk disk, string truth, bool isUntouched)
    {
        var facts = VhdFacts.Read(disk.File);
        var image = await ExtractAsync(facts);
        Assert.True(truth == await Sha256Async(image), $"7zz: {disk}");

        string[] source = isUntouched ? OfXenOrchestra(disk.File) : [disk.File];
        var info = JsonNode.Parse(await RunAsync("qemu-img", ["info", "--output=json", .. source]))!;
        Assert.Equal(("vpc", new FileInfo(image).Length), ((string)info["format"]!, (long)info["virtual-size"]!));
        if (facts.IsKey)
        {
            await RunAsync("qemu-img", ["convert", "-O", "raw", .. source, image]);
            Assert.True(truth == await Sha256Async(image), $"qemu-img: {disk}");
        }

        File.Delete(image);
    }

    public void Dispose() => _folder.Dispose();

    private static string[] OfXenOrchestra(string file) => ["--image-opts", $"driver=vpc,force_size_calc=current_size,file.filename={file}"];

    private async Task<string> ExtractAsync(VhdFacts disk)
    {
        if (disk.HasGrown())
        {
            return await OverlayAsync(disk);
        }

        await RunAsync("7zz", "x", "-y", "-o" + _folder.Path, disk.File);
        return _folder[Path.GetFileNameWithoutExtension(disk.File) + ".img"];
    }

    // 7zz reads a parent beyond its end where a delta is larger, and fails: qemu-img tells which parts the delta holds, and where.
    private async Task<string> OverlayAsync(VhdFacts disk)
    {
        var image = await ExtractAsync(VhdFacts.Read(disk.Parent));
        var parts = JsonNode.Parse(await RunAsync("qemu-img", ["map", "--output=json", .. OfXenOrchestra(disk.File)]))!.AsArray();
        await using var target = File.OpenWrite(image);
        target.SetLength(disk.Size);
        await using var source = File.OpenRead(disk.File);
        foreach (var part in parts.Where(static part => (bool)part!["data"]!))
        {
            var data = new byte[(int)part!["length"]!];
            source.Position = (long)part["offset"]!;
            await source.ReadExactlyAsync(data, Cancelled);
            target.Position = (long)part["start"]!;
            await target.WriteAsync(data, Cancelled);
        }

        return image;
    }

    private static async Task<string> Sha256Async(string file)
    {
        await using var stream = File.OpenRead(file);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, Cancelled));
    }

    private Task<string> RunAsync(string tool, params string[] arguments) => ExternalTool.RunAsync(tool, arguments, _folder.Path, Cancelled);
}
