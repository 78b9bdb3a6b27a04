using System.IO.Compression;
using System.Text;
using System.Text.Json;
using MirrorBackup.Backups;
using MirrorBackup.Golden;
using MirrorBackup.Remotes;
using MirrorBackup.Repositories;

namespace MirrorBackup.Tests.Repositories;

/// <summary>What Xen Orchestra's own mirror wrote, byte by byte.</summary>
public sealed class GoldenMetadataTests
{
    [Theory]
    [InlineData("a-src-delta-vhd", "c0-mirror-vhd-file", 14)]
    [InlineData("b-src-full-xva", "b1-mirror-full", 5)]
    public void ForMirror_SourceOfXenOrchestra_GivesTheBytesOfItsMirror(string sourceSet, string mirrorSet, int count)
    {
        using var folder = new TemporaryFolder();
        GoldenData.UnpackSet(sourceSet, Directory.CreateDirectory(folder["src"]).FullName);
        GoldenData.UnpackSet(mirrorSet, Directory.CreateDirectory(folder["dst"]).FullName);

        Assert.Equal(count, CompareMirrors(folder["src"], folder["dst"]));
    }

    [Theory]
    [InlineData("doc-delta", 3)]
    [InlineData("doc-full", 3)]
    [InlineData("disk-added-later", 2)]
    [InlineData("two-jobs", 2)]
    [InlineData("disk-resized", 2)]
    public void ForMirror_StatesOfScenarios_GivesTheBytesOfXenOrchestra(string scenario, int step)
    {
        using var folder = new TemporaryFolder();
        GoldenData.UnpackState(scenario, step, folder.Path);

        Assert.InRange(CompareMirrors(folder["src"], folder["dst"]), 1, int.MaxValue);
    }

    [Theory]
    [InlineData("c0-mirror-vhd-file")]
    [InlineData("b1-mirror-full")]
    public void Write_CacheOfAFolder_HasTheContentOfXenOrchestras(string set)
    {
        using var folder = new TemporaryFolder();
        GoldenData.UnpackSet(set, folder.Path);

        foreach (var cache in Directory.GetFiles(folder.Path, "cache.json.gz", SearchOption.AllDirectories))
        {
            var vm = Path.GetDirectoryName(cache)!;
            var files = Directory.GetFiles(vm, "2*.json").ToDictionary(static file => Path.GetFileName(file), static file => Parse(file));

            var written = MetadataCache.Write(RepositoryPaths.VmFolder(Path.GetFileName(vm)), files);

            Assert.Equal(Entries(File.ReadAllBytes(cache)), Entries(written));
        }
    }

    // Flags, sizes, labels and places are decisions of the run, so they are taken from the result; all else has to follow from the source.
    private static int CompareMirrors(string source, string destination)
    {
        var compared = 0;
        foreach (var file in Directory.GetFiles(destination, "2*.json", SearchOption.AllDirectories))
        {
            var original = Path.Combine(source, Path.GetRelativePath(destination, file));
            if (!File.Exists(original))
            {
                continue;
            }

            var expected = Parse(file);
            var copy = Parse(original).ForMirror(new MirroredBackup
            {
                JobId = expected.JobId,
                ScheduleId = expected.ScheduleId,
                Size = expected.Size,
                Tags = expected.Tags,
                ArchiveName = expected.ArchivePath,
                Disks = [.. expected.Disks.Select(static disk => new MirroredDisk(disk.Disk, disk.Path, disk.IsDifferencing!.Value))],
            });
            Assert.Equal(File.ReadAllText(file), Encoding.UTF8.GetString(copy.ToUtf8()));
            compared++;
        }

        return compared;
    }

    private static BackupMetadata Parse(string file) => BackupMetadata.Parse(File.ReadAllBytes(file), file);

    private static SortedDictionary<string, string> Entries(byte[] cache)
    {
        using var json = JsonDocument.Parse(new GZipStream(new MemoryStream(cache), CompressionMode.Decompress));
        return new(json.RootElement.EnumerateObject().ToDictionary(static entry => entry.Name, static entry => entry.Value.GetRawText()), StringComparer.Ordinal);
    }
}
