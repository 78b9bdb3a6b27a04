namespace MirrorBackup.Crash.Tests.Stored;

/// <summary>Copies of folders, with the times of their files: the caches of a repository are believed by their age.</summary>
internal static class FolderCopy
{
    public static void Make(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in new DirectoryInfo(from).EnumerateFiles("*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file.FullName));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            file.CopyTo(target);
            File.SetLastWriteTimeUtc(target, file.LastWriteTimeUtc);
        }
    }
}
