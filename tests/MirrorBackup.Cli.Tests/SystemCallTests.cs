using System.Globalization;
using System.Text;
using MirrorBackup.Disks;
using MirrorBackup.Golden;
using MirrorBackup.Remotes;
using MirrorBackup.Vhd;

namespace MirrorBackup.Cli.Tests;

/// <summary>How often the program calls the system for a block, by <c>strace</c>: two disks of different length, so that the start of the process does not count.</summary>
public sealed class SystemCallTests : IDisposable
{
    private const int Few = 16;
    private const int Many = 80;
    private const int BlockBytes = 2 << 20;
    private const double Slack = 0.24;
    private const string Vm = "00000000-0000-4000-8000-000000000003";
    private const string Directories = "?useVhdDirectory=true&vhdDirectoryCompression=none";

    // What moves, names, opens or flushes files; not what threads do to wait for each other, nor what the runtime reads about itself.
    private const string Files =
        "pread64,preadv,preadv2,pwrite64,pwritev,pwritev2,copy_file_range,fsync,fdatasync,sync_file_range,fallocate,ftruncate,openat2,renameat,renameat2,linkat,unlinkat,mkdirat";

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Mirror_FileToFile_ReadsABlockInOneCallAndWritesItInFour() =>
        AssertCalls(
            await CallsPerBlockAsync("", ""),
            ("pread64", 1), ("pwrite64", 4), ("sync_file_range", 0.25));

    [Fact]
    public async Task Mirror_FileToDirectory_ReadsOnceAndMakesOneFile() =>
        // Three paths are opened: to create, to rename, to flush; and a few where several writers find that the folder is missing.
        AssertCalls(
            await CallsPerBlockAsync("", Directories),
            ("pread64", 1), ("openat2", 3.5), ("fallocate", 1), ("pwrite64", 4), ("sync_file_range", 1), ("renameat", 1), ("fsync", 1));

    [Fact]
    public async Task Mirror_DirectoryToFile_OpensEachFileOnce() =>
        AssertCalls(
            await CallsPerBlockAsync(Directories, ""),
            ("openat2", 1), ("pread64", 1), ("pwrite64", 4), ("sync_file_range", 0.25));

    public void Dispose() => _folder.Dispose();

    // Some calls more or less for the whole disk, as those that refresh a lock, are nothing that grows with it.
    private static void AssertCalls(IReadOnlyDictionary<string, double> found, params (string Name, double PerBlock)[] expected)
    {
        var limits = expected.ToDictionary(static call => call.Name, static call => call.PerBlock);
        Assert.All(found, call => Assert.InRange(call.Value, double.MinValue, limits.GetValueOrDefault(call.Key) + Slack));
        Assert.All(limits, limit => Assert.InRange(found.GetValueOrDefault(limit.Key), limit.Value / 2, double.MaxValue));
    }

    private async Task<IReadOnlyDictionary<string, double>> CallsPerBlockAsync(string sourceForm, string destinationForm)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "strace is a program for Linux.");
        Assert.SkipUnless(ExternalTool.IsInstalled("strace"), "strace is not installed.");
        var few = await CountAsync(Few, sourceForm, destinationForm);
        var many = await CountAsync(Many, sourceForm, destinationForm);
        return many.ToDictionary(static call => call.Key, call => (call.Value - few.GetValueOrDefault(call.Key)) / (double)(Many - Few));
    }

    private async Task<Dictionary<string, int>> CountAsync(int blocks, string sourceForm, string destinationForm)
    {
        var name = blocks.ToString(CultureInfo.InvariantCulture);
        var source = Url($"{name}-file", "");
        await WriteSourceAsync(_folder[$"{name}-file"], blocks);
        if (sourceForm.Length > 0)
        {
            var converted = Url($"{name}-source", sourceForm);
            var run = await CliRun.RunAsync(Mirror(source, converted));
            Assert.True(run.ExitCode == 0, run.Output + run.Error);
            source = converted;
        }

        var counts = _folder[$"{name}-counts"];
        string[] strace = ["-f", "-c", "-o", counts, "-e", $"trace={Files}", "dotnet", typeof(CommandLine).Assembly.Location];
        await ExternalTool.RunAsync(
            "strace", [.. strace, .. Mirror(source, Url($"{name}-destination", destinationForm))], _folder[""], TestContext.Current.CancellationToken);
        return await ReadAsync(counts);
    }

    // "% time  seconds  usecs/call  calls  [errors]  syscall"
    private static async Task<Dictionary<string, int>> ReadAsync(string counts)
    {
        var lines = await File.ReadAllLinesAsync(counts, TestContext.Current.CancellationToken);
        return lines
            .Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(static words => words.Length >= 5 && words[^1] != "total" && int.TryParse(words[3], CultureInfo.InvariantCulture, out _))
            .ToDictionary(static words => words[^1], static words => int.Parse(words[3], CultureInfo.InvariantCulture));
    }

    private static string[] Mirror(string source, string destination) =>
        ["mirror", "--source", source, "--destination", destination, "--mode", "incremental", "--retention", "3"];

    private string Url(string folder, string form) => $"file://{Directory.CreateDirectory(_folder[folder]).FullName}{form}";

    private static async Task WriteSourceAsync(string folder, int blocks)
    {
        const string Home = $"xo-vm-backups/{Vm}", Path = $"vdis/job/{Vm}/20260105T010000Z.vhd";
        await using var remote = LocalRemote.Open(folder);
        var disk = new DiskIdentity(Guid.Parse(Vm), null, null, blocks * (long)BlockBytes);
        var options = new VhdWriteOptions { Timestamp = DateTimeOffset.UnixEpoch.AddYears(56) };
        await using var writer = await VhdFileWriter.CreateAsync(
            remote, RemotePath.Parse($"{Home}/{Path}"), disk, [.. Enumerable.Range(0, blocks)], options, TestContext.Current.CancellationToken);
        var data = new byte[BlockBytes];
        data.AsSpan().Fill(0x5A);
        for (var block = 0; block < blocks; block++)
        {
            await writer.WriteBlockAsync(block, data, TestContext.Current.CancellationToken);
        }

        await writer.CompleteAsync(TestContext.Current.CancellationToken);
        var metadata = $$$"""
            {"jobId":"job","scheduleId":"schedule","mode":"delta","version":"2.0.0","timestamp":1767574800000,"size":1,"isVhdDifferencing":{"disk":false},
             "vbds":{},"vifs":{},"vhds":{"disk":"{{{Path}}}"},
             "vdis":{"disk":{"uuid":"{{{Vm}}}","name_label":"disk","virtual_size":{{{disk.VirtualSize}}},"$snapshot_of$uuid":"{{{Vm}}}"}},
             "vm":{"uuid":"{{{Vm}}}","name_label":"vm","tags":[]},"vmSnapshot":{"uuid":"{{{Vm}}}","name_label":"vm"}}
            """;
        await remote.WriteAllAsync(
            RemotePath.Parse($"{Home}/20260105T010000Z.json"), Encoding.UTF8.GetBytes(metadata), default, TestContext.Current.CancellationToken);
    }
}
