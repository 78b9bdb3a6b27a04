using System.Diagnostics;

namespace MirrorBackup.Remotes.Tests.Local;

/// <summary>
/// A small file system of its own, mounted where only one helper process sees it; reached through that process. Works without
/// being root wherever user namespaces are allowed.
/// </summary>
internal sealed class PrivateMount : IDisposable
{
    private readonly Process _process;

    private PrivateMount(Process process, string path) => (_process, Path) = (process, path);

    /// <summary>The mounted directory.</summary>
    public string Path { get; }

    /// <summary>Mounts a tmpfs, runs a script in it, and keeps it until disposed. Skips the test where that is not possible.</summary>
    public static async Task<PrivateMount> CreateAsync(string options, string folder, string script, CancellationToken cancellationToken)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Mount namespaces exist on Linux only.");
        var start = new ProcessStartInfo("unshare")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in (string[])["-Urm", "sh", "-c", $"mount -t tmpfs -o {options} tmpfs '{folder}' && cd '{folder}' && {script} && cd / && echo ready && read end"])
        {
            start.ArgumentList.Add(argument);
        }

        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("The program unshare is not there.");
            throw;
        }

        var mount = new PrivateMount(process, $"/proc/{process.Id}/root{folder}");
        if (await process.StandardOutput.ReadLineAsync(cancellationToken) != "ready")
        {
            var reason = await process.StandardError.ReadToEndAsync(cancellationToken);
            mount.Dispose();
            Assert.Skip($"This system allows no private mounts: {reason.Trim()}");
        }

        return mount;
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }
}
