using System.ComponentModel;
using MirrorBackup.Golden;

namespace MirrorBackup.Remotes.Tests.Local;

/// <summary>A small XFS, on which files can share bytes. Takes <c>mkfs.xfs</c>, a loop device and being root; where one is missing the test is skipped.</summary>
internal sealed class ReflinkMount : IDisposable
{
    private ReflinkMount(string path) => Path = path;

    /// <summary>The mounted directory.</summary>
    public string Path { get; }

    /// <summary>Makes it below a folder that outlives it.</summary>
    public static async Task<ReflinkMount> CreateAsync(TemporaryFolder folder, CancellationToken cancellationToken)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root mounts a file system.");
        var path = folder["xfs"];
        Directory.CreateDirectory(path);
        await using (var image = File.Create(folder["image"]))
        {
            image.SetLength(512L << 20);
        }

        try
        {
            await ExternalTool.RunAsync("mkfs.xfs", ["-q", "-m", "reflink=1", folder["image"]], folder.Path, cancellationToken);
            await ExternalTool.RunAsync("mount", ["-o", "loop", folder["image"], path], folder.Path, cancellationToken);
        }
        catch (Exception error) when (error is InvalidOperationException or Win32Exception)
        {
            Assert.Skip($"No XFS can be made and mounted here: {error.Message}");
        }

        return new ReflinkMount(path);
    }

    public void Dispose() => ExternalTool.RunAsync("umount", [Path], "/", CancellationToken.None).GetAwaiter().GetResult();
}
