using System.Text.Json.Nodes;
using MirrorBackup.Disks;
using MirrorBackup.Golden;
using MirrorBackup.Remotes;
using MirrorBackup.Vhd;

namespace MirrorBackup.Tests.Vhd;

/// <summary>Repositories of the real engine that were damaged on purpose: every disk is read to its true content, or refused for the right reason.</summary>
public sealed class DamagedDiskTests
{
    private const string Set = "f1-faults-vhd-file";
    private const string Fine = "fine";
    private const string Different = "another content";

    /// <summary>What becomes of the four points where it is not fine; damage inside a block is beyond what the format can notice.</summary>
    private static readonly Dictionary<string, string[]> Expected = new()
    {
        ["broken-footer-middle"] = [Fine, Fine, ErrorCodes.CorruptFormat, ErrorCodes.CorruptFormat],
        ["broken-header-key"] = [ErrorCodes.CorruptFormat, ErrorCodes.CorruptFormat, ErrorCodes.CorruptFormat, ErrorCodes.CorruptFormat],
        ["truncated-last"] = [Fine, Fine, Fine, ErrorCodes.Truncated],
        ["truncated-empty"] = [Fine, Fine, Fine, ErrorCodes.Truncated],
        ["bitflip-data"] = [Fine, Different, Different, Different],
        ["bitflip-bat"] = [Fine, ErrorCodes.Truncated, ErrorCodes.Truncated, ErrorCodes.Truncated],
        ["missing-vhd-middle"] = [Fine, ErrorCodes.RemoteNotFound, ErrorCodes.BrokenChainLink, ErrorCodes.BrokenChainLink],
        ["missing-vhd-last"] = [Fine, Fine, Fine, ErrorCodes.RemoteNotFound],
        ["missing-key"] = [ErrorCodes.RemoteNotFound, ErrorCodes.BrokenChainLink, ErrorCodes.BrokenChainLink, ErrorCodes.BrokenChainLink],
        ["wrong-parent-uuid"] = [Fine, Fine, ErrorCodes.BrokenChainLink, ErrorCodes.BrokenChainLink],
        ["merge-crash-cleanup"] = [Fine, ErrorCodes.RemoteNotFound, ErrorCodes.BrokenChainLink, ErrorCodes.BrokenChainLink],
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task OpenAsync_EveryDamagedRepository_IsReadOrRefusedAsItShould()
    {
        using var folder = new TemporaryFolder();
        GoldenData.UnpackSet(Set, folder.Path);
        await using var remote = LocalRemote.Open(folder.Path, new LocalRemoteOptions { IsReadOnly = true });
        var cases = 0;
        foreach (var fault in JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(GoldenData.Root, "faults.json"), Cancellation))!.AsArray())
        {
            if ((string)fault!["set"]! != Set)
            {
                continue;
            }

            var name = (string)fault["case"]!;
            var outcomes = new List<string>();
            foreach (var disk in fault["truth"]!.AsArray().SelectMany(point => point!["disks"]!.AsArray()))
            {
                outcomes.Add(await ReadAsync(remote, $"xo-vm-backups/{fault["vm"]}/{disk!["path"]}", (string)disk["sha256"]!));
            }

            Assert.Equal((name, string.Join(", ", Expected.GetValueOrDefault(name, [Fine, Fine, Fine, Fine]))), (name, string.Join(", ", outcomes)));
            cases++;
        }

        Assert.Equal(31, cases);
    }

    private static async Task<string> ReadAsync(LocalRemote remote, string path, string sha256)
    {
        try
        {
            await using var chain = await VhdChain.OpenAsync(remote, RemotePath.Parse(path), null, Cancellation);
            return Convert.ToHexStringLower(await DiskDigest.ComputeAsync(chain, null, Cancellation)) == sha256 ? Fine : Different;
        }
        catch (MirrorBackupException error)
        {
            return error.Code;
        }
    }
}
