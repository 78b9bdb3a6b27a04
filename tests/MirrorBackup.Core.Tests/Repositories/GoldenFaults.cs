using System.Text.Json.Nodes;
using MirrorBackup.Golden;
using MirrorBackup.Remotes;
using MirrorBackup.Repositories;

namespace MirrorBackup.Tests.Repositories;

/// <summary>One case of <c>faults.json</c>, unpacked and opened read-only.</summary>
internal sealed class GoldenFaults : IAsyncDisposable
{
    private readonly TemporaryFolder _folder;
    private readonly LocalRemote _remote;

    private GoldenFaults(TemporaryFolder folder, LocalRemote remote, BackupRepository repository, string vm) =>
        (_folder, _remote, Repository, Vm) = (folder, remote, repository, vm);

    public BackupRepository Repository { get; }

    public string Vm { get; }

    public static async Task<GoldenFaults> OpenAsync(string set, string fault, CancellationToken cancellationToken)
    {
        var faults = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(GoldenData.Root, "faults.json"), cancellationToken))!.AsArray();
        var vm = (string)faults.Single(item => (string)item!["set"]! == set && (string)item["case"]! == fault)!["vm"]!;
        var folder = new TemporaryFolder();
        GoldenData.UnpackSet(set, folder.Path, vm);
        var remote = LocalRemote.Open(folder.Path, new LocalRemoteOptions { IsReadOnly = true });
        return new GoldenFaults(folder, remote, await BackupRepository.OpenAsync(remote, cancellationToken: cancellationToken), vm);
    }

    public async ValueTask DisposeAsync()
    {
        await _remote.DisposeAsync();
        _folder.Dispose();
    }
}
