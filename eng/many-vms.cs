// eng/many-vms-test.sh calls it:
// dotnet run eng/many-vms.cs -- make FOLDER VMS BACKUPS DISKS
//     makes a repository of many small VMs: a key and deltas of nearly empty disks of 10 GiB, metadata of the usual length, caches; all of it older than now by an
//     hour, as backups are when they are mirrored
// dotnet run eng/many-vms.cs -- flush FOLDER TARGET THREADS
//     copies the files, flushes each, and prints the milliseconds: no mirror that is durable can do with less
#:project ../src/MirrorBackup.Core/MirrorBackup.Core.csproj
#:project ../src/MirrorBackup.Remotes/MirrorBackup.Remotes.csproj
#:property PublishAot=false

using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using MirrorBackup.Disks;
using MirrorBackup.Remotes;
using MirrorBackup.Vhd;

const string Job = "00000000-0000-4000-8000-00000000000a";
const long DiskBytes = 10L << 30;

if (args[0] == "flush")
{
    Console.WriteLine(Flush(args[1], args[2], Number(args[3])));
    return;
}

await using var remote = LocalRemote.Open(args[1], new LocalRemoteOptions { CreateRoot = true });
var (vms, backups, disks) = (Number(args[2]), Number(args[3]), Number(args[4]));
await Parallel.ForAsync(0, vms, async (vm, _) => await WriteVmAsync(vm));
var made = DateTime.UtcNow.AddHours(-1);
foreach (var path in Directory.EnumerateFileSystemEntries(args[1], "*", SearchOption.AllDirectories).OrderDescending(StringComparer.Ordinal))
{
    if (Directory.Exists(path))
    {
        Directory.SetLastWriteTimeUtc(path, made);
        continue;
    }

    File.SetLastWriteTimeUtc(path, path.EndsWith(".gz", StringComparison.Ordinal) ? made.AddMinutes(1) : made);
}

static long Flush(string folder, string target, int threads)
{
    var clock = Stopwatch.StartNew();
    Parallel.ForEach(Directory.EnumerateDirectories(folder), new ParallelOptions { MaxDegreeOfParallelism = threads }, vm =>
    {
        foreach (var file in Directory.EnumerateFiles(vm, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(target, Path.GetRelativePath(folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            using var handle = File.OpenHandle(copy, FileMode.CreateNew, FileAccess.Write);
            RandomAccess.Write(handle, File.ReadAllBytes(file), 0);
            RandomAccess.FlushToDisk(handle);
        }
    });
    return clock.ElapsedMilliseconds;
}

async Task WriteVmAsync(int vm)
{
    var cache = new List<string>();
    for (var backup = 0; backup < backups; backup++)
    {
        for (var disk = 0; disk < disks; disk++)
        {
            var identity = new DiskIdentity(
                RevisionId(vm, backup, disk), backup == 0 ? null : RevisionId(vm, backup - 1, disk), backup == 0 ? null : $"{NameOf(backup - 1)}.vhd", DiskBytes);
            int[] blocks = backup == 0 ? [3] : [];
            await using var writer = await VhdFileWriter.CreateAsync(
                remote,
                RemotePath.Parse($"xo-vm-backups/{VmId(vm)}/{DiskPath(vm, backup, disk)}"),
                identity,
                blocks,
                new VhdWriteOptions { Timestamp = TimeOf(backup), Grade = WriteGrade.Stage });
            foreach (var block in blocks)
            {
                await writer.WriteBlockAsync(block, Enumerable.Repeat((byte)0x5A, 2 << 20).ToArray());
            }

            await writer.CompleteAsync();
        }

        var fields = Metadata(vm, backup);
        var path = $"/xo-vm-backups/{VmId(vm)}/{NameOf(backup)}.json";
        cache.Add($"{Text(path)}:{{{fields},\"_filename\":{Text(path)},\"id\":{Text(path)}}}");
        await WriteAsync(path[1..], Encoding.UTF8.GetBytes($"{{{fields}}}"));
    }

    using var compressed = new MemoryStream();
    using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal))
    {
        gzip.Write(Encoding.UTF8.GetBytes($"{{{string.Join(',', cache)}}}"));
    }

    await WriteAsync($"xo-vm-backups/{VmId(vm)}/cache.json.gz", compressed.ToArray());
}

async Task WriteAsync(string path, byte[] content) =>
    await remote.WriteAllAsync(RemotePath.Parse(path), content, new WriteOptions(WriteGrade.Stage));

// The fields of the object: what XO writes, with records of the hypervisor as long as usual.
string Metadata(int vm, int backup)
{
    string[] Disks(Func<int, string> value) => [.. Enumerable.Range(0, disks).Select(disk => $"\"OpaqueRef:{vm}-{disk}\":{value(disk)}")];
    string All(Func<int, string> value) => "{" + string.Join(',', Disks(value)) + "}";
    var record = $$$"""
        {"uuid":"{{{VmId(vm)}}}","name_label":"vm {{{vm}}}","name_description":"A small VM","tags":["small"],"is_a_template":false,"memory_static_max":4294967296,"VCPUs_max":2,"other_config":{"base_template_name":"Debian","padding":"{{{new string('x', 1200)}}}"}}
        """;
    return $$$"""
        "jobId":"{{{Job}}}","scheduleId":"{{{Job}}}","mode":"delta","version":"2.0.0","timestamp":{{{TimeOf(backup).ToUnixTimeMilliseconds()}}},"size":{{{disks * 25_000}}},"isVhdDifferencing":{{{All(_ => backup == 0 ? "false" : "true")}}},"vbds":{},"vifs":{},"vhds":{{{All(disk => Text(DiskPath(vm, backup, disk)))}}},"vdis":{{{All(disk => Vdi(vm, backup, disk))}}},"tags":[],"vm":{{{record.Trim()}}},"vmSnapshot":{{{record.Trim()}}}
        """.Trim();
}

static string Vdi(int vm, int backup, int disk) =>
    $$"""{"uuid":"{{RevisionId(vm, backup, disk)}}","name_label":"disk {{disk}}","virtual_size":{{DiskBytes}},"$snapshot_of$uuid":"{{DiskId(vm, disk)}}"} """.TrimEnd();

string DiskPath(int vm, int backup, int disk) => $"vdis/{Job}/{DiskId(vm, disk)}/{NameOf(backup)}.vhd";

static string VmId(int vm) => Id(1, vm, 0, 0).ToString("D");

static string DiskId(int vm, int disk) => Id(2, vm, disk, 0).ToString("D");

static Guid RevisionId(int vm, int backup, int disk) => Id(3, vm, disk, backup);

static Guid Id(int kind, int vm, int disk, int backup) =>
    Guid.Parse(string.Create(CultureInfo.InvariantCulture, $"{kind:x8}-{vm:x4}-4000-8{disk:x3}-{backup:x12}"));

static DateTimeOffset TimeOf(int backup) => new DateTimeOffset(2026, 1, 5, 1, 0, 0, TimeSpan.Zero).AddDays(backup);

static string NameOf(int backup) => TimeOf(backup).ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

static string Text(string text) => $"\"{text}\"";

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
