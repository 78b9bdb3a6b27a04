using MirrorBackup.Backups;
using MirrorBackup.Planning;
using MirrorBackup.Tests.Backups;

namespace MirrorBackup.Tests.Planning;

/// <summary>Which way a plan says that a disk takes.</summary>
public sealed class TransferWayTests
{
    private const string File = "vhd file";

    [Theory]
    [InlineData(File, null, File, null, TransferWay.PassThrough)]
    [InlineData(File, "k", File, "k", TransferWay.ReEncrypt)]
    [InlineData(File, null, File, "k", TransferWay.ReEncrypt)]
    [InlineData(File, null, "brotli", null, TransferWay.Convert)]
    [InlineData("none", null, File, null, TransferWay.Convert)]
    [InlineData("brotli", "k", File, "k", TransferWay.Convert)]
    [InlineData("none", null, "none", null, TransferWay.PassThrough)]
    [InlineData("brotli", null, "brotli", null, TransferWay.PassThrough)]
    [InlineData("brotli", "k", "brotli", "k", TransferWay.PassThrough)]
    [InlineData("brotli", "k", "brotli", "l", TransferWay.ReEncrypt)]
    [InlineData("brotli", "k", "brotli", null, TransferWay.ReEncrypt)]
    [InlineData("gzip", null, "brotli", null, TransferWay.Recode)]
    [InlineData("gzip", "k", "none", "k", TransferWay.Recode)]
    public void Plan_BothSidesDescribed_SaysTheWay(string from, string? sourceKey, string to, string? targetKey, TransferWay expected)
    {
        var plan = Plan(Plans.Request(Stored(Plans.Chain("A", BackupMode.Incremental), Form(from)), Plans.Chain("", BackupMode.Incremental), 7), sourceKey, Form(to), targetKey);

        Assert.Equal(expected, Assert.IsType<TransferStep>(Assert.Single(plan.Steps)).Disks.Single().Way);
        Assert.Equal(expected <= TransferWay.ReEncrypt ? plan.Forecast.BytesToSend : 0, plan.Forecast.BytesAsStored);
        Assert.Equal(
            [.. Enum.GetValues<TransferWay>().Select(way => way == expected ? plan.Forecast.BytesToSend : 0)],
            (long[])[plan.Forecast.BytesPassedThrough, plan.Forecast.BytesReEncrypted, plan.Forecast.BytesRecoded, plan.Forecast.BytesConverted]);
    }

    [Fact]
    public void Plan_SourceOfTwoCodecs_ForecastTellsThePartOfEachWay()
    {
        var source = Plans.Chain("Abc");
        var mixed = TestChain.Of(source) with
        {
            Revisions = [.. source.Revisions.Select(revision => revision with { Form = StorageForm.VhdDirectory(revision.IsDelta ? BlockCodec.Brotli : BlockCodec.Gzip) })],
        };
        var request = Plans.Request(source, Plans.Chain("", BackupMode.Incremental), 7);

        var plan = Plan(request with { Source = mixed }, null, StorageForm.VhdDirectory(BlockCodec.Brotli), null);

        Assert.Equal(source.Revisions.Where(static revision => revision.IsDelta).Sum(static revision => revision.AllocatedBytes), plan.Forecast.BytesPassedThrough);
        Assert.Equal(source.Revisions.Where(static revision => !revision.IsDelta).Sum(static revision => revision.AllocatedBytes), plan.Forecast.BytesRecoded);
        Assert.Matches(@"to send \([0-9.]+ MiB as stored, [0-9.]+ [MG]iB recoded\), 0 B to merge", plan.Explain());
    }

    [Theory]
    [InlineData("k", "k", TransferWay.PassThrough)]
    [InlineData(null, null, TransferWay.PassThrough)]
    [InlineData("k", "l", TransferWay.ReEncrypt)]
    [InlineData(null, "l", TransferWay.ReEncrypt)]
    public void Plan_Archive_PassesThroughUnderEqualEncryption(string? sourceKey, string? targetKey, TransferWay expected)
    {
        var plan = Plan(Plans.Request("A", "", 7, BackupMode.Full), sourceKey, StorageForm.VhdFile, targetKey);

        Assert.Equal(expected, Assert.IsType<TransferStep>(Assert.Single(plan.Steps)).Disks.Single().Way);
    }

    [Fact]
    public void Plan_CollapsedFromTwoCodecs_IsRecoded()
    {
        var brotli = StorageForm.VhdDirectory(BlockCodec.Brotli);
        var source = Plans.Chain("Ab");
        var mixed = TestChain.Of(source) with
        {
            Revisions = [.. source.Revisions.Select(revision => revision with { Form = revision.IsDelta ? brotli : StorageForm.VhdDirectory(BlockCodec.Gzip) })],
        };
        var request = Plans.Request(Plans.Chain("Ab"), Plans.Chain("", BackupMode.Incremental), 1);

        var plan = Plan(request with { Source = mixed }, null, brotli, null);

        var disk = plan.Steps.OfType<TransferStep>().Single().Disks.Single();
        Assert.True(disk.IsCollapsed);
        Assert.Equal(TransferWay.Recode, disk.Way);
    }

    [Fact]
    public void EnsureCurrent_OtherEncryption_IsStale()
    {
        var request = Plans.Request("A", "", 7);
        var plan = MirrorPlanner.Plan(request);

        Assert.Throws<PlanStaleException>(() => plan.EnsureCurrent(request with { SourceEncryptionFingerprint = "k" }));
    }

    private static DestinationPlan Plan(MirrorRequest request, string? sourceKey, StorageForm form, string? targetKey) => Plans.Plan(request with
    {
        SourceEncryptionFingerprint = sourceKey,
        Destinations = [request.Destinations[0] with { Profile = new DestinationProfile { Form = form, EncryptionFingerprint = targetKey } }],
    });

    private static BackupChain Stored(BackupChain chain, StorageForm form) =>
        BackupChain.From(TestChain.Of(chain) with { Revisions = [.. chain.Revisions.Select(revision => revision with { Form = form })] });

    private static StorageForm Form(string name) => name switch
    {
        File => StorageForm.VhdFile,
        "none" => StorageForm.VhdDirectory(BlockCodec.None),
        "gzip" => StorageForm.VhdDirectory(BlockCodec.Gzip),
        _ => StorageForm.VhdDirectory(BlockCodec.Brotli),
    };
}
