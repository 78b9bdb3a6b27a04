using System.Formats.Tar;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using MirrorBackup.Backups;
using MirrorBackup.Disks;
using MirrorBackup.Mirroring;
using MirrorBackup.Remotes;

namespace MirrorBackup.Benchmarks;

/// <summary>Repositories with one VM, and mirrors of them.</summary>
internal static class SampleRepository
{
    private const int FirstDay = 5;
    private const string Vm = "00000000-0000-4000-8000-000000000003";
    private const string Job = "00000000-0000-4000-8000-000000000005";
    private const string Disk = "00000000-0000-4000-8000-000000000004";
    private const string About =
        $$"""
        "vm":{"uuid":"{{Vm}}","name_label":"vm","tags":[]},"vmSnapshot":{"uuid":"{{Vm}}","name_label":"vm"}
        """;

    /// <summary>Writes a restore point with one disk, as a VHD file.</summary>
    public static async Task WritePointAsync(IRemote remote, int day, DiskIdentity disk, IReadOnlyList<int> blocks)
    {
        var name = NameOf(day);
        await SampleDisk.WriteAsync(remote, $"xo-vm-backups/{Vm}/vdis/{Job}/{Disk}/{name}.vhd", disk, blocks);
        await WriteMetadataAsync(remote, day, $$$"""
            {"jobId":"{{{Job}}}","scheduleId":"{{{Job}}}","mode":"delta","version":"2.0.0","timestamp":{{{TimeOf(day)}}},"size":1,
             "isVhdDifferencing":{"disk":{{{(disk.IsDelta ? "true" : "false")}}}},"vbds":{},"vifs":{},"vhds":{"disk":"vdis/{{{Job}}}/{{{Disk}}}/{{{name}}}.vhd"},
             "vdis":{"disk":{"uuid":"{{{disk.Id}}}","name_label":"disk","virtual_size":{{{disk.VirtualSize}}},"$snapshot_of$uuid":"{{{Disk}}}"}},
             {{{About}}}}
            """);
    }

    /// <summary>Writes a source with a chain of one disk: a key, then deltas, each of which changes half of its blocks in place and brings half of them new.</summary>
    /// <param name="folder">Is made if it is missing.</param>
    /// <param name="blocks">How many blocks each revision has, the key first.</param>
    public static async Task WriteChainAsync(string folder, IReadOnlyList<int> blocks)
    {
        await using var remote = LocalRemote.Open(Directory.CreateDirectory(folder).FullName);
        var size = 2L * blocks.Sum() * SampleDisk.BlockBytes;
        var end = 0;
        for (var i = 0; i < blocks.Count; i++)
        {
            var first = i == 0 ? 0 : end - (blocks[i] / 2);
            var disk = i == 0
                ? new DiskIdentity(SampleDisk.IdOf(0), null, null, size)
                : new DiskIdentity(SampleDisk.IdOf(i), SampleDisk.IdOf(i - 1), $"{NameOf(FirstDay + i - 1)}.vhd", size);
            await WritePointAsync(remote, FirstDay + i, disk, [.. Enumerable.Range(first, blocks[i])]);
            end = first + blocks[i];
        }
    }

    /// <summary>Writes a source with a key and a delta of a large disk that is nearly empty: three blocks, of which the last becomes another.</summary>
    /// <param name="folder">Is made if it is missing.</param>
    /// <param name="gibibytes">The size of the disk.</param>
    public static async Task WriteSparseAsync(string folder, int gibibytes)
    {
        await using var remote = LocalRemote.Open(Directory.CreateDirectory(folder).FullName);
        var size = (long)gibibytes << 30;
        var last = (int)(size / SampleDisk.BlockBytes) - 1;
        await WritePointAsync(remote, FirstDay, new DiskIdentity(SampleDisk.IdOf(0), null, null, size), [0, last / 2, last]);
        await WritePointAsync(remote, FirstDay + 1, new DiskIdentity(SampleDisk.IdOf(1), SampleDisk.IdOf(0), $"{NameOf(FirstDay)}.vhd", size), [last]);
    }

    /// <summary>Writes a restore point with one archive.</summary>
    /// <returns>The archive.</returns>
    public static async Task<RemotePath> WriteArchiveAsync(IRemote remote, int day, int mebibytes)
    {
        var path = RemotePath.Parse($"xo-vm-backups/{Vm}/{NameOf(day)}.xva");
        await using (var upload = await remote.CreateAsync(path))
        {
            await using (var tar = new TarWriter(upload.Output.AsStream(leaveOpen: true), TarEntryFormat.Ustar, leaveOpen: false))
            {
                await AddAsync(tar, "ova.xml", Encoding.UTF8.GetBytes("<value/>"));
                var random = new Random(mebibytes);
                var piece = new byte[1 << 20];
                for (var number = 0; number < mebibytes; number++)
                {
                    SampleContent.Fill(random, piece);
                    await AddAsync(tar, string.Create(CultureInfo.InvariantCulture, $"Ref:1/{number:D8}"), piece);
                }
            }

            await upload.CommitAsync();
        }

        var length = (await remote.StatAsync(path))!.Value.Length;
        await WriteMetadataAsync(remote, day, $$$"""
            {"jobId":"{{{Job}}}","scheduleId":"{{{Job}}}","mode":"full","version":"2.0.0","timestamp":{{{TimeOf(day)}}},"size":{{{length}}},
             "xva":"./{{{path.Name}}}",{{{About}}}}
            """);
        return path;
    }

    /// <summary>Mirrors, and accepts nothing but success.</summary>
    public static async Task<MirrorReport> MirrorAsync(IRemote source, MirrorDestination destination, BackupMode mode)
    {
        var job = new MirrorJob { Source = source, Mode = mode };
        job.Destinations.Add(destination);
        var report = await new MirrorRunner().RunAsync(job);
        return report.Outcome == MirrorOutcome.Succeeded ? report : throw new InvalidOperationException(MirrorReportJson.Write(report));
    }

    private static async Task AddAsync(TarWriter tar, string name, byte[] content)
    {
        using var data = new MemoryStream(content, writable: false);
        await tar.WriteEntryAsync(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = data });
    }

    private static async Task WriteMetadataAsync(IRemote remote, int day, string json) =>
        await remote.WriteAllAsync(RemotePath.Parse($"xo-vm-backups/{Vm}/{NameOf(day)}.json"), Encoding.UTF8.GetBytes(json));

    private static string NameOf(int day) => string.Create(CultureInfo.InvariantCulture, $"202601{day:D2}T010000Z");

    private static long TimeOf(int day) => new DateTimeOffset(2026, 1, day, 1, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
}
