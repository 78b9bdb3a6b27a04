using System.Formats.Tar;
using System.Reflection;
using ZstdSharp;

namespace MirrorBackup.Golden;

/// <summary>Unpacks the archives of <c>tests/golden</c> (see its README), a fresh copy each time.</summary>
public static class GoldenData
{
    /// <summary>The folder <c>tests/golden</c> of the repository.</summary>
    public static string Root { get; } = Path.GetFullPath(
        typeof(GoldenData).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "GoldenData").Value!);

    /// <summary>The key of every encrypted remote among the golden data; its UTF-8 bytes are the raw key.</summary>
    public const string EncryptionKey = "0123456789abcdef0123456789ABCDEF";

    /// <summary>Unpacks one remote.</summary>
    /// <param name="set">A name below <c>sets/</c>, without ending.</param>
    /// <param name="target">An existing folder; becomes the root of the remote.</param>
    /// <param name="vm">Only this VM, and the files in the root of the remote; <see langword="null"/> for all.</param>
    public static void UnpackSet(string set, string target, string? vm = null) =>
        Unpack(Path.Combine(Root, "sets", set + ".tar.zst"), target, vm is null ? "" : $"xo-vm-backups/{vm}/");

    /// <summary>Unpacks source and destinations (<c>src</c>, <c>dst</c>, <c>d1</c>, …) as they were before a step of a scenario.</summary>
    /// <param name="scenario">A name below <c>states/</c>, without ending.</param>
    /// <param name="step">The number of the step, from 1.</param>
    /// <param name="target">An existing folder.</param>
    public static void UnpackState(string scenario, int step, string target) =>
        Unpack(Path.Combine(Root, "states", scenario + ".tar.zst"), target, "", $"{step:D2}/");

    private static void Unpack(string archive, string target, string onlyBelow, string strip = "")
    {
        using var file = File.OpenRead(archive);
        using var decompressed = new DecompressionStream(file);
        using var tar = new TarReader(decompressed);
        while (tar.GetNextEntry() is { } entry)
        {
            var name = entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name;
            if (!name.StartsWith(strip, StringComparison.Ordinal)
                || (!name[strip.Length..].StartsWith(onlyBelow, StringComparison.Ordinal) && name[strip.Length..].Contains('/', StringComparison.Ordinal)))
            {
                continue;
            }

            var path = Path.Combine(target, name[strip.Length..]);
            if (entry.EntryType == TarEntryType.Directory)
            {
                Directory.CreateDirectory(path);
                continue;
            }

            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            ExtractSparse(entry, path);
        }
    }

    // Test disks are nearly all zeros: holes keep a run on the golden sets from writing gigabytes.
    private static void ExtractSparse(TarEntry entry, string path)
    {
        using (var output = File.Create(path))
        {
            var buffer = new byte[1 << 16];
            while (entry.DataStream is { } data && data.Read(buffer) is > 0 and var count)
            {
                if (buffer.AsSpan(0, count).ContainsAnyExcept((byte)0))
                {
                    output.Write(buffer, 0, count);
                }
                else
                {
                    output.Seek(count, SeekOrigin.Current);
                }
            }

            output.SetLength(output.Position);
        }

        File.SetLastWriteTimeUtc(path, entry.ModificationTime.UtcDateTime);
    }
}
