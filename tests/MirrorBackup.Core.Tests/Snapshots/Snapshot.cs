using System.Runtime.CompilerServices;

namespace MirrorBackup.Tests.Snapshots;

/// <summary>
/// Compares a text with an approved file beside this one. A missing file fails the test; <c>UPDATE_SNAPSHOTS=1</c> writes it, to be
/// read and committed by a person.
/// </summary>
internal static class Snapshot
{
    internal static void Matches(string name, string actual, [CallerFilePath] string caller = "")
    {
        var root = caller[..(caller.LastIndexOf("MirrorBackup.Core.Tests", StringComparison.Ordinal) + "MirrorBackup.Core.Tests".Length)];
        var file = Path.Combine(root, "Snapshots", name + ".txt");
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
