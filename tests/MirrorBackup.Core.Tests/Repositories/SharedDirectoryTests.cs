using System.Text;
using MirrorBackup.Backups;
using MirrorBackup.Remotes;
using MirrorBackup.Repositories;
using MirrorBackup.Tests.Vhd;
using MirrorBackup.Tests.Vhd.Directories;

namespace MirrorBackup.Tests.Repositories;

/// <summary>Two aliases of one directory: Xen Orchestra removes the directory with the first alias that it removes.</summary>
public sealed class SharedDirectoryTests : IAsyncDisposable
{
    private const string Folder = "xo-vm-backups/vm/vdis/j/d";

    private readonly MemoryRemote _remote = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _remote.DisposeAsync();

    [Fact]
    public async Task LoadAsync_TwoAliasesOfOneDirectory_IsAProblemThatPreventsRetiring()
    {
        await WriteDiskAsync("a");
        await WriteAsync($"{Folder}/b.alias.vhd", "data/a.vhd");
        await WriteAsync("xo-vm-backups/vm/20260105T010000Z.json", """{"mode":"delta","timestamp":1,"vhds":{"r":"vdis/j/d/a.alias.vhd"}}""");

        var catalogue = await LoadAsync();

        var problems = catalogue.Problems.Where(static problem => problem.Kind == ChainProblemKind.SharedDirectory).ToArray();
        Assert.Equal(["vdis/j/d/a.alias.vhd", "vdis/j/d/b.alias.vhd"], problems.Select(static problem => problem.Path));
        Assert.All(problems, static problem => Assert.True(problem.PreventsRetiring));
        Assert.Equal("It names data/a.vhd, as b.alias.vhd does; the directory goes with the first that is removed.", problems[0].Message);
        Assert.True(Assert.Single(catalogue.Chain(BackupMode.Incremental).Revisions).IsReadable);
    }

    [Fact]
    public async Task VerifyAsync_TwoAliasesOfOneDirectory_IsAnError()
    {
        await WriteDiskAsync("a");
        await WriteAsync($"{Folder}/b.alias.vhd", "data/a.vhd");

        var report = await RepositoryVerifier.VerifyAsync(await BackupRepository.OpenAsync(_remote, cancellationToken: Token), cancellationToken: Token);

        Assert.Contains(report.Findings, static finding => finding is { Kind: FindingKind.Ambiguous, Severity: FindingSeverity.Error });
    }

    [Fact]
    public async Task LoadAsync_DamagedDirectoryOfAnAlias_IsNotUnclaimed()
    {
        await WriteDiskAsync("a");
        await _remote.DeleteAsync(RemotePath.Parse($"{Folder}/data/a.vhd/bat"), Token);

        var catalogue = await LoadAsync();

        Assert.Empty(catalogue.StrayFiles);
        Assert.False(Assert.Single(catalogue.Chain(BackupMode.Incremental).Revisions).IsReadable);
    }

    private Task<RemotePath> WriteDiskAsync(string name) =>
        new VhdDirectoryBytes(new VhdBytes().Block(0, 0x10), BlockCodec.Brotli).WriteToAsync(_remote, Folder, name);

    private ValueTask WriteAsync(string path, string content) =>
        _remote.WriteAllAsync(RemotePath.Parse(path), Encoding.UTF8.GetBytes(content), default, Token);

    private async Task<VmCatalogue> LoadAsync() =>
        await (await BackupRepository.OpenAsync(_remote, cancellationToken: Token)).LoadAsync("vm", Token);
}
