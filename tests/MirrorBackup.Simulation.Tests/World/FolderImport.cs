using MirrorBackup.Remotes;
using MirrorBackup.Remotes.Local;
using MirrorBackup.Testing.Simulation;

namespace MirrorBackup.Simulation.Tests.World;

/// <summary>Copies a folder of this machine to a simulated disk.</summary>
internal static class FolderImport
{
    /// <summary>Copies all that is in the folder to the root of the disk.</summary>
    public static void Run(string folder, SimulatedDisk disk)
    {
        var files = disk.OpenFiles(RemotePath.Root);
        foreach (var path in Directory.EnumerateDirectories(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            files.MakeDirectory(Relative(folder, path));
        }

        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var content = File.ReadAllBytes(path);
            using var file = files.Open(Relative(folder, path), FileUse.CreateNew);
            file.WriteAsync(0, content, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        }
    }

    private static RemotePath Relative(string folder, string path) => RemotePath.Parse(Path.GetRelativePath(folder, path).Replace('\\', '/'));
}
