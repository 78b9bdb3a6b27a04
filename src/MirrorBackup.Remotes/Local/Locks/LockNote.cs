using System.Globalization;

namespace MirrorBackup.Remotes.Local;

/// <summary>
/// Who holds a lock, for whoever waits for it. The scheme of Xen Orchestra has no place for it: a lock is an empty directory, and an unknown name beside it
/// would be taken for a VM. So it is fastened to the directory itself, and goes with it.
/// </summary>
internal static class LockNote
{
    private const string Unknown = "somebody who left no name, such as Xen Orchestra";
    private const int MaximumLength = 120;

    /// <summary>Says for whom a lock was made. Never fails: a lock without a name is as good.</summary>
    public static void Leave(IFileSystem files, RemotePath lockPath, string? reason, TimeProvider time)
    {
        try
        {
            files.SetNote(
                lockPath,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Clean(reason ?? "MirrorBackup")} (process {Environment.ProcessId} on {Clean(Environment.MachineName)}, since {time.GetUtcNow():yyyy-MM-dd HH:mm:ss}Z)"));
        }
        catch (FileSystemException)
        {
            // The directory may be gone already; who writes under the lock finds out.
        }
    }

    /// <summary>Who holds a lock, in words.</summary>
    public static string HolderOf(IFileSystem files, RemotePath lockPath)
    {
        try
        {
            return files.GetNote(lockPath) is { } note ? Clean(note, 3 * MaximumLength) : Unknown;
        }
        catch (FileSystemException)
        {
            return Unknown;
        }
    }

    // What others wrote goes into messages and logs: one line, and not endless.
    private static string Clean(string text, int maximum = MaximumLength) =>
        string.Create(Math.Min(text.Length, maximum), text, static (span, from) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = char.IsControl(from[i]) ? ' ' : from[i];
            }
        });
}
