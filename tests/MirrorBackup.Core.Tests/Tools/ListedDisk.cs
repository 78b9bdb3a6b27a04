using System.Text.Json.Nodes;

namespace MirrorBackup.Tests.Tools;

/// <summary>A disk file that the metadata of a restore point lists, read without any code of the library.</summary>
/// <param name="Vm">The id of the VM.</param>
/// <param name="Timestamp">The instant of the restore point, in ms.</param>
/// <param name="Disk">The id of the live disk.</param>
/// <param name="File">The path of the VHD file.</param>
internal sealed record ListedDisk(string Vm, long Timestamp, string Disk, string File)
{
    /// <summary>All of a repository.</summary>
    public static IReadOnlyList<ListedDisk> In(string root)
    {
        var disks = new List<ListedDisk>();
        foreach (var json in Directory.EnumerateFiles(Path.Combine(root, "xo-vm-backups"), "2*.json", SearchOption.AllDirectories))
        {
            var folder = Path.GetDirectoryName(json)!;
            var point = JsonNode.Parse(System.IO.File.ReadAllText(json))!;
            foreach (var (reference, path) in point["vhds"]!.AsObject())
            {
                var disk = (string)point["vdis"]![reference]!["$snapshot_of$uuid"]!;
                disks.Add(new ListedDisk(Path.GetFileName(folder), (long)point["timestamp"]!, disk, Path.Combine(folder, (string)path!)));
            }
        }

        return disks;
    }
}
