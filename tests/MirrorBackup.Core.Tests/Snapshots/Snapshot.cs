using System.Reflection;

namespace MirrorBackup.Tests.Snapshots;

/// <summary>
/// Compares a text with an approved file beside this one. A missing file fails the test; <c>UPDATE_SNAPSHOTS=1</c> writes it, to be
/// read and committed by a person.
/// </summary>
internal static class Snapshot
{
    // The path of a source file would not do: a deterministic build replaces its root.
    private static readonly string s_folder = typeof(Snapshot).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(static attribute => attribute.Key == "Snapshots").Value!;

    internal static void Matches(string name, string actual)
    {
        var file = Path.Combine(s_folder, name + ".txt");
        var text = actual.ReplaceLineEndings("\n").TrimEnd('\n') + "\n";
        if (Environment.GetEnvironmentVariable("UPDATE_SNAPSHOTS") == "1")
        {
            File.WriteAllText(file, text);
            return;
        }

        Assert.True(File.Exists(file), $"There is no approved text {name}.txt; run with UPDATE_SNAPSHOTS=1, read what was written, and commit it.\n{text}");
        Assert.Equal(File.ReadAllText(file).ReplaceLineEndings("\n"), text);
    }
}
