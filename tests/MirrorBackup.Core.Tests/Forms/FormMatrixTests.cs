using System.Text.Json.Nodes;
using MirrorBackup.Backups;
using MirrorBackup.Golden;
using MirrorBackup.Mirroring;
using MirrorBackup.Remotes;
using MirrorBackup.Repositories;
using MirrorBackup.Retention;

namespace MirrorBackup.Tests.Forms;

/// <summary>
/// The matrix of the README: what Xen Orchestra stored in any form arrives in any other with the content that <c>manifest.json</c> says, is continued
/// and retired there, and nothing is sent twice.
/// </summary>
public sealed class FormMatrixTests
{
    // Small, and among them every shape: an empty delta, a key that merges made, two source jobs in one VM.
    private static readonly string[] s_vms =
        ["4ff8e6e5-b233-491e-bab2-3883e3e77fb4", "bb430d7b-ee44-47f0-a35b-79fbbe1b75b0", "0e243b7c-2218-47d3-934d-90bac1a691d6", "1916e9de-0143-4638-bb85-4976b7f7ce57"];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static MatrixTheoryData<string, string> Incremental { get; } =
        new(StoredForm.All.Select(static form => form.Name), StoredForm.All.Select(static form => form.Name));

    public static MatrixTheoryData<string, string> Full { get; } = new(
        StoredForm.All.Where(static form => form.Full is not null).Select(static form => form.Name),
        StoredForm.All.Where(static form => form.Full is not null).Select(static form => form.Name));

    [Theory]
    [MemberData(nameof(Incremental))]
    public async Task Run_IncrementalFromAnyFormToAnyForm_HasEveryDigest(string from, string to)
    {
        using var folder = new TemporaryFolder();
        var (source, destination) = (StoredForm.Of(from), StoredForm.Of(to));
        var expected = Unpack(folder, source.Incremental);
        await using var sourceRemote = await source.OpenAsync(folder["src"], "src");
        await using var remote = await destination.OpenAsync(folder["dst"], "dst");
        var job = Job(sourceRemote, remote, BackupMode.Incremental, destination.Form, retention: 50);

        await RunAsync(job);

        var repository = await BackupRepository.OpenAsync(remote, null, Cancelled);
        Assert.Equal(expected, await DigestsAsync(repository));
        await AssertHealthyAsync(repository);
        await AssertFormAsync(repository, destination.Form);
        Assert.DoesNotContain((await RunAsync(job)).Vms.SelectMany(static vm => vm.Destinations).SelectMany(static d => d.Steps), static step => step.Kind != "skip");

        // What has arrived can be retired there: one point per VM and job of the mirror stays, merged from all that went.
        await RunAsync(Job(sourceRemote, remote, BackupMode.Incremental, destination.Form, retention: 1));

        var kept = await DigestsAsync(repository);
        Assert.Subset(expected.ToHashSet(), kept.ToHashSet());
        Assert.Equal((await repository.ListVmsAsync(Cancelled)).Length, kept.Select(static entry => (entry.Vm, entry.Timestamp)).Distinct().Count());
        await AssertHealthyAsync(repository);
    }

    [Theory]
    [MemberData(nameof(Full))]
    public async Task Run_FullFromAnyFormToAnyForm_HasEveryDigest(string from, string to)
    {
        using var folder = new TemporaryFolder();
        var (source, destination) = (StoredForm.Of(from), StoredForm.Of(to));
        var expected = Unpack(folder, source.Full!);
        await using var sourceRemote = await source.OpenAsync(folder["src"], "src");
        await using var remote = await destination.OpenAsync(folder["dst"], "dst");
        var job = Job(sourceRemote, remote, BackupMode.Full, null, retention: 50);

        await RunAsync(job);

        var repository = await BackupRepository.OpenAsync(remote, null, Cancelled);
        Assert.Equal(expected, await DigestsAsync(repository));
        await AssertHealthyAsync(repository);
        Assert.DoesNotContain((await RunAsync(job)).Vms.SelectMany(static vm => vm.Destinations).SelectMany(static d => d.Steps), static step => step.Kind != "skip");
    }

    // Round trip: what we wrote in one form is a source like any other.
    [Theory]
    [MemberData(nameof(Incremental))]
    public async Task Run_OnwardFromWhatWeWrote_HasEveryDigest(string through, string to)
    {
        using var folder = new TemporaryFolder();
        var (middle, destination) = (StoredForm.Of(through), StoredForm.Of(to));
        var expected = Unpack(folder, "c3-vhddir-uncompressed", s_vms[..1]);
        await using var source = LocalRemote.Open(folder["src"], new LocalRemoteOptions { Name = "src" });
        await using var first = await middle.OpenAsync(folder["middle"], "middle", "an other key of 32 characters ..");
        await using var second = await destination.OpenAsync(folder["dst"], "dst");

        await RunAsync(Job(source, first, BackupMode.Incremental, middle.Form, retention: 50));
        await RunAsync(Job(first, second, BackupMode.Incremental, destination.Form, retention: 50));

        Assert.Equal(expected, await DigestsAsync(await BackupRepository.OpenAsync(second, null, Cancelled)));
    }

    private static MirrorJob Job(IRemote source, IRemote destination, BackupMode mode, StorageForm? form, int retention)
    {
        var job = new MirrorJob("matrix") { Source = source, Mode = mode, CheckLastTransferred = true };
        job.Destinations.Add(new MirrorDestination(destination, RetentionPolicy.KeepLast(retention)) { Form = form });
        return job;
    }

    private static async Task<MirrorReport> RunAsync(MirrorJob job)
    {
        var report = await new MirrorRunner().RunAsync(job, null, Cancelled);
        Assert.True(report.IsSuccess, MirrorReportJson.Write(report));
        return report;
    }

    /// <summary>Unpacks the small VMs of a set, and says what they truly hold.</summary>
    private static List<Entry> Unpack(TemporaryFolder folder, string set, string[]? vms = null)
    {
        Directory.CreateDirectory(folder["src"]);
        var expected = new List<Entry>();
        foreach (var vm in JsonNode.Parse(File.ReadAllText(Path.Combine(GoldenData.Root, "manifest.json")))![set]!.AsArray())
        {
            if (!(vms ?? s_vms).Contains((string)vm!["uuid"]!))
            {
                continue;
            }

            GoldenData.UnpackSet(set, folder["src"], (string)vm["uuid"]!);
            foreach (var point in vm["points"]!.AsArray())
            {
                if ((string)point!["mode"]! == "full")
                {
                    expected.Add(new Entry((string)vm["uuid"]!, (long)point["timestamp"]!, "", (string)point["sha256"]!));
                    continue;
                }

                expected.AddRange(point["disks"]!.AsArray().Select(disk =>
                    new Entry((string)vm["uuid"]!, (long)point["timestamp"]!, (string)disk!["vdiUuid"]!, (string)disk["truthSha256"]!)));
            }
        }

        return [.. expected.Order()];
    }

    private static async Task<List<Entry>> DigestsAsync(BackupRepository repository)
    {
        var found = new List<Entry>();
        await foreach (var point in RepositoryDigest.ComputeAsync(repository, cancellationToken: Cancelled))
        {
            Assert.Null(point.Error);
            found.Add(new Entry(point.Vm, point.Timestamp, point.Disk ?? "", point.Sha256!));
        }

        return [.. found.Order()];
    }

    private static async Task AssertHealthyAsync(BackupRepository repository)
    {
        var report = await RepositoryVerifier.VerifyAsync(repository, cancellationToken: Cancelled);
        Assert.True(report.Findings.IsEmpty, string.Join('\n', report.Findings));
    }

    private static async Task AssertFormAsync(BackupRepository repository, StorageForm form)
    {
        foreach (var vm in await repository.ListVmsAsync(Cancelled))
        {
            var chain = (await repository.LoadAsync(vm, Cancelled)).Chain(BackupMode.Incremental);
            Assert.All(chain.Revisions, revision => Assert.Equal(form, revision.Form));
        }
    }

    private sealed record Entry(string Vm, long Timestamp, string Disk, string Sha256) : IComparable<Entry>
    {
        public int CompareTo(Entry? other) => other is null
            ? 1
            : (Vm, Timestamp, Disk, Sha256).CompareTo((other.Vm, other.Timestamp, other.Disk, other.Sha256));
    }
}
