using System.Reflection;

namespace MirrorBackup.Simulation.Tests.Order;

/// <summary>The texts beside this file.</summary>
internal static class ApprovedOrder
{
    private static readonly string s_folder = typeof(ApprovedOrder).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(static attribute => attribute.Key == "Orders").Value!;

    /// <summary>Fails where a text is not the approved one; writes it with <c>UPDATE_SNAPSHOTS=1</c>, to be read and committed by a person.</summary>
    public static void Matches(string name, string actual)
    {
        var file = Path.Combine(s_folder, name + ".txt");
        var text = actual.ReplaceLineEndings("\n") + "\n";
        if (Environment.GetEnvironmentVariable("UPDATE_SNAPSHOTS") == "1")
        {
            File.WriteAllText(file, text);
            return;
        }

        Assert.Equal(File.ReadAllText(file).ReplaceLineEndings("\n"), text);
    }
}
