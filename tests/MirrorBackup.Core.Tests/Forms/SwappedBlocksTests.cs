using MirrorBackup.Golden;
using MirrorBackup.Mirroring;
using MirrorBackup.Remotes;
using MirrorBackup.Repositories;
using MirrorBackup.Retention;
using MirrorBackup.Tests.Scenarios;

namespace MirrorBackup.Tests.Forms;

/// <summary>
/// Nothing in an encrypted file, and nothing in a block, says where it belongs: two block files that change places are whole and authentic. The check of
/// what was transferred compares blocks with their indexes, and withdraws the point.
/// </summary>
public sealed class SwappedBlocksTests
{
    public static TheoryData<string> Forms { get; } =
        [.. StoredForm.All.Where(static form => form.Form.Kind == MirrorBackup.Backups.StorageKind.VhdDirectory).Select(static form => form.Name)];

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Run_BlockFilesOfTheDestinationChangePlaces_IsFoundAndThePointWithdrawn(string name)
    {
        await using var scenario = new ScenarioRun("doc-delta", 1);
        string[] later = ["20260106*", "20260107*", "cache.json.gz"];
        foreach (var file in later.SelectMany(pattern => Directory.GetFiles(scenario.PathOf("src"), pattern, SearchOption.AllDirectories)))
        {
            File.Delete(file);
        }

        using var folder = new TemporaryFolder();
        var form = StoredForm.Of(name);
        await using var destination = new SwappingRemote(await form.OpenAsync(folder["dst"], "dst"), folder["dst"]);
        var job = new MirrorJob("swap") { Source = scenario.Open("src"), CheckLastTransferred = true };
        job.Destinations.Add(new MirrorDestination(destination, RetentionPolicy.KeepLast(4)) { Form = form.Form });

        var report = await new MirrorRunner().RunAsync(job, null, TestContext.Current.CancellationToken);

        Assert.True(destination.HasSwapped);
        var result = report.Vms[0].Destinations[0];
        Assert.Equal((MirrorOutcome.Failed, ErrorCodes.ChecksumMismatch), (result.Outcome, result.Error!.Code));
        var repository = await BackupRepository.OpenAsync(destination, null, TestContext.Current.CancellationToken);
        Assert.Empty((await repository.LoadAsync(scenario.Scenario.Vm, TestContext.Current.CancellationToken)).Points);
    }

    /// <summary>Lets the first two blocks of the first disk change places once its point is listed, the last moment before the check.</summary>
    private sealed class SwappingRemote(IRemote inner, string root) : DelegatingRemote(inner)
    {
        public bool HasSwapped { get; private set; }

        public override async ValueTask WriteAllAsync(
            RemotePath path, ReadOnlyMemory<byte> content, WriteOptions options = default, CancellationToken cancellationToken = default)
        {
            await base.WriteAllAsync(path, content, options, cancellationToken);
            if (!HasSwapped && path.Value.EndsWith("Z.json", StringComparison.Ordinal))
            {
                HasSwapped = true;
                var first = Directory.GetFiles(root, "0", SearchOption.AllDirectories).Single();
                var second = Path.Combine(Path.GetDirectoryName(first)!, "1");
                var aside = Path.Combine(root, "aside");
                File.Move(first, aside);
                File.Move(second, first);
                File.Move(aside, second);
            }
        }
    }
}
