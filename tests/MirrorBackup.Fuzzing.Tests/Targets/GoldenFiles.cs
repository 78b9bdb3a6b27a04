using MirrorBackup.Golden;
using MirrorBackup.Fuzzing.Mutations;

namespace MirrorBackup.Fuzzing.Targets;

/// <summary>What the real Xen Orchestra engine wrote, in memory.</summary>
internal static class GoldenFiles
{
    private const int SmallFile = 64 << 10;

    private static readonly Lazy<IReadOnlyDictionary<string, byte[]>> s_files = new(static () => Load("a-src-delta-vhd", SmallVm));

    /// <summary>A VM of the golden sets with two points on one small disk.</summary>
    public const string SmallVm = "4ff8e6e5-b233-491e-bab2-3883e3e77fb4";

    /// <summary>The footers of its disks.</summary>
    public static IEnumerable<byte[]> Footers => Disks.Select(static disk => disk[..VhdMutation.FooterLength]);

    /// <summary>The headers of its disks.</summary>
    public static IEnumerable<byte[]> Headers => Disks.Select(static disk => disk.AsSpan(VhdMutation.FooterLength, VhdMutation.HeaderLength).ToArray());

    /// <summary>Its disks that have no block.</summary>
    public static IEnumerable<byte[]> SmallVhdFiles => Disks.Where(static disk => disk.Length <= SmallFile);

    private static IEnumerable<byte[]> Disks =>
        s_files.Value.Where(static file => file.Key.EndsWith(".vhd", StringComparison.Ordinal)).OrderBy(static file => file.Key, StringComparer.Ordinal).Select(static file => file.Value);

    /// <summary>Reads the files of a golden set.</summary>
    /// <param name="set">Its name.</param>
    /// <param name="vm">Only this VM, and the files in the root; <see langword="null"/> for all.</param>
    /// <returns>Contents by path, relative to the root.</returns>
    public static IReadOnlyDictionary<string, byte[]> Load(string set, string? vm = null)
    {
        using var folder = new TemporaryFolder();
        GoldenData.UnpackSet(set, folder.Path, vm);
        return Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .ToDictionary(file => Path.GetRelativePath(folder.Path, file).Replace('\\', '/'), File.ReadAllBytes);
    }
}
