using System.Text.Json.Nodes;
using MirrorBackup.Golden;

namespace MirrorBackup.Cli.Tests;

/// <summary>Two sets of golden backups, unpacked once for the tests that only read them.</summary>
public sealed class RepositoryFixture : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public RepositoryFixture()
    {
        foreach (var set in (string[])["a-src-delta-vhd", "b-src-full-xva"])
        {
            Directory.CreateDirectory(_folder[set]);
            GoldenData.UnpackSet(set, _folder[set]);
        }
    }

    /// <summary>The URL of a set.</summary>
    public string Url(string set) => "file://" + _folder[set];

    /// <summary>The VMs of a set, as the manifest has them.</summary>
    public static JsonArray Vms(string set)
    {
        var manifest = JsonNode.Parse(File.ReadAllText(Path.Combine(GoldenData.Root, "manifest.json")))!;
        return manifest[set]!.AsArray();
    }

    public void Dispose() => _folder.Dispose();
}
