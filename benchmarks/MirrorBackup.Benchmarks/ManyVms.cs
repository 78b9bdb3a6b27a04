using System.Globalization;
using System.IO.Compression;
using System.Text;
using MirrorBackup.Disks;
using MirrorBackup.Remotes;
using MirrorBackup.Vhd;

namespace MirrorBackup.Benchmarks;

/// <summary>
/// A repository of many small VMs: a key and deltas of nearly empty disks of 10 GiB, metadata of the usual length, caches; all of it older than now by an
/// hour, as backups are when they are mirrored.
/// </summary>
internal sealed class ManyVms
{
    private const string Job = "00000000-0000-4000-8000-00000000000a";
    private const long DiskBytes = 10L << 30;

    private readonly IRemote _remote;
    private readonly int _backups;
    private readonly int _disks;

    private ManyVms(IRemote remote, int backups, int disks) => (_remote, _backups, _disks) = (remote, backups, disks);

    /// <summary>Makes it.</summary>
    /// <param name="folder">Where; made if it is missing.</param>
    /// <param name="vms">How many VMs.</param>
    /// <param name="backups">Of each VM.</param>
    /// <param name="disks">Of each backup.</param>
    public static async Task WriteAsync(string folder, int vms, int backups, int disks)
    {
        await using (var remote = LocalRemote.Open(folder, new LocalRemoteOptions { CreateRoot = true }))
        {
            var repository = new ManyVms(remote, backups, disks);
            await Parallel.ForAsync(0, vms, async (vm, _) => await repository.WriteVmAsync(vm));
        }

        Age(folder);
    }

    // Caches are younger than what they were made of. What is in a folder before the folder.
    private static void Age(string folder)
    {
        var made = DateTime.UtcNow.AddHours(-1);
        foreach (var path in Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories).OrderDescending(StringComparer.Ordinal))
        {
            if (Directory.Exists(path))
            {
                Directory.SetLastWriteTimeUtc(path, made);
            }
            else
            {
                File.SetLastWriteTimeUtc(path, path.EndsWith(".gz", StringComparison.Ordinal) ? made.AddMinutes(1) : made);
            }
        }
    }

    private async Task WriteVmAsync(int vm)
    {
        var cache = new List<string>();
        for (var backup = 0; backup < _backups; backup++)
        {
            for (var disk = 0; disk < _disks; disk++)
            {
                await WriteDiskAsync(vm, backup, disk);
            }

            var fields = Metadata(vm, backup);
            var path = $"/xo-vm-backups/{VmId(vm)}/{NameOf(backup)}.json";
            cache.Add($"{Text(path)}:{{{fields},\"_filename\":{Text(path)},\"id\":{Text(path)}}}");
            await WriteAsync(path[1..], Encoding.UTF8.GetBytes($"{{{fields}}}"));
        }

        using var compressed = new MemoryStream();
        await using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal))
        {
            gzip.Write(Encoding.UTF8.GetBytes($"{{{string.Join(',', cache)}}}"));
        }

        await WriteAsync($"xo-vm-backups/{VmId(vm)}/cache.json.gz", compressed.ToArray());
    }

    private async Task WriteDiskAsync(int vm, int backup, int disk)
    {
        var isKey = backup == 0;
        var identity = new DiskIdentity(
            RevisionId(vm, backup, disk), isKey ? null : RevisionId(vm, backup - 1, disk), isKey ? null : $"{NameOf(backup - 1)}.vhd", DiskBytes);
        int[] blocks = isKey ? [3] : [];
        await using var writer = await VhdFileWriter.CreateAsync(
            _remote,
            RemotePath.Parse($"xo-vm-backups/{VmId(vm)}/{DiskPath(vm, backup, disk)}"),
            identity,
            blocks,
            new VhdWriteOptions { Timestamp = TimeOf(backup), Grade = WriteGrade.Stage });
        foreach (var block in blocks)
        {
            await writer.WriteBlockAsync(block, Enumerable.Repeat((byte)0x5A, SampleDisk.BlockBytes).ToArray());
        }

        await writer.CompleteAsync();
    }

    private async Task WriteAsync(string path, byte[] content) =>
        await _remote.WriteAllAsync(RemotePath.Parse(path), content, new WriteOptions(WriteGrade.Stage));

    // The fields of the object: what XO writes, with records of the hypervisor as long as usual.
    private string Metadata(int vm, int backup)
    {
        string All(Func<int, string> value) =>
            "{" + string.Join(',', Enumerable.Range(0, _disks).Select(disk => $"\"OpaqueRef:{vm}-{disk}\":{value(disk)}")) + "}";
        var record = $$$"""
            {"uuid":"{{{VmId(vm)}}}","name_label":"vm {{{vm}}}","name_description":"A small VM","tags":["small"],"is_a_template":false,"memory_static_max":4294967296,"VCPUs_max":2,"other_config":{"base_template_name":"Debian","padding":"{{{new string('x', 1200)}}}"}}
            """;
        return $$$"""
            "jobId":"{{{Job}}}","scheduleId":"{{{Job}}}","mode":"delta","version":"2.0.0","timestamp":{{{TimeOf(backup).ToUnixTimeMilliseconds()}}},"size":{{{_disks * 25_000}}},"isVhdDifferencing":{{{All(_ => backup == 0 ? "false" : "true")}}},"vbds":{},"vifs":{},"vhds":{{{All(disk => Text(DiskPath(vm, backup, disk)))}}},"vdis":{{{All(disk => Vdi(vm, backup, disk))}}},"tags":[],"vm":{{{record}}},"vmSnapshot":{{{record}}}
            """;
    }

    private static string Vdi(int vm, int backup, int disk) =>
        $$"""{"uuid":"{{RevisionId(vm, backup, disk)}}","name_label":"disk {{disk}}","virtual_size":{{DiskBytes}},"$snapshot_of$uuid":"{{DiskId(vm, disk)}}"} """.TrimEnd();

    private static string DiskPath(int vm, int backup, int disk) => $"vdis/{Job}/{DiskId(vm, disk)}/{NameOf(backup)}.vhd";

    private static string VmId(int vm) => Id(1, vm, 0, 0).ToString("D");

    private static string DiskId(int vm, int disk) => Id(2, vm, disk, 0).ToString("D");

    private static Guid RevisionId(int vm, int backup, int disk) => Id(3, vm, disk, backup);

    private static Guid Id(int kind, int vm, int disk, int backup) =>
        Guid.Parse(string.Create(CultureInfo.InvariantCulture, $"{kind:x8}-{vm:x4}-4000-8{disk:x3}-{backup:x12}"));

    private static DateTimeOffset TimeOf(int backup) => new DateTimeOffset(2026, 1, 5, 1, 0, 0, TimeSpan.Zero).AddDays(backup);

    private static string NameOf(int backup) => TimeOf(backup).ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    private static string Text(string text) => $"\"{text}\"";
}
