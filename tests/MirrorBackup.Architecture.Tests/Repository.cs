using System.Reflection;

namespace MirrorBackup.Architecture.Tests;

/// <summary>The files of the repository that rules are read from.</summary>
internal static class Repository
{
    /// <summary>The root folder.</summary>
    public static string Root { get; } = Path.GetFullPath(
        typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepositoryRoot").Value!);

    /// <summary>Reads a file.</summary>
    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));
}
