using MirrorBackup.Backups;
using MirrorBackup.Mirroring;
using MirrorBackup.Retention;
using MirrorBackup.Tests.Mirroring;

namespace MirrorBackup.Tests.Forms;

/// <summary>
/// A destination whose form was changed goes on with a key made from what the source has, where Xen Orchestra fails or stalls (traces
/// <c>file-to-dir-switch</c> and <c>compression-mismatch-*</c>). What was there before stays as it is until the policy retires it.
/// </summary>
public sealed class FormSwitchTests
{
    public static MatrixTheoryData<string, string> Switches { get; } = new(Clear, Clear);

    private static IEnumerable<string> Clear => StoredForm.All.Where(static form => form.Encryption is null).Select(static form => form.Name);

    [Theory]
    [MemberData(nameof(Switches))]
    public async Task Run_FormOfTheDestinationChanged_ContinuesThere(string before, string after)
    {
        // The source has Abc, then Bcd, where B is the product of a merge, then Cde.
        await using var world = new MirrorFixture("doc-delta", 1);
        Assert.True((await world.MirrorAsync(Job(world, before))).IsSuccess);
        Advance(world, 2);

        var switched = await world.MirrorAsync(Job(world, after));

        Assert.True(switched.IsSuccess, MirrorReportJson.Write(switched));
        Assert.Equal(before == after ? "Abcd" : "AbcD", switched.Vms[0].Destinations[0].Planned);
        await world.AssertHoldsAsync("dst", "ABCD");
        Advance(world, 3);
        var next = await world.MirrorAsync(Job(world, after));
        Assert.True(next.IsSuccess, MirrorReportJson.Write(next));
        await world.AssertHoldsAsync("dst", "BCDE");
        var forms = (await world.Run.LoadAsync("dst")).Chain(BackupMode.Incremental).Revisions.Select(static revision => revision.Form);
        var (old, now) = (StoredForm.Of(before).Form, StoredForm.Of(after).Form);
        Assert.Equal([old, old, now, now], forms);
    }

    private static MirrorJob Job(MirrorFixture world, string form)
    {
        var job = world.Job([]);
        job.Destinations.Add(new MirrorDestination(world.Remote("dst"), RetentionPolicy.KeepLast(4)) { Form = StoredForm.Of(form).Form });
        return job;
    }

    private static void Advance(MirrorFixture world, int step)
    {
        using var folder = new Golden.TemporaryFolder();
        Golden.GoldenData.UnpackState(world.Run.Scenario.Name, step, folder.Path);
        var backups = Path.Combine(world.Run.PathOf("src"), "xo-vm-backups");
        Directory.Delete(backups, recursive: true);
        Directory.Move(Path.Combine(folder["src"], "xo-vm-backups"), backups);
    }
}
