using MirrorBackup.Backups;
using MirrorBackup.Golden;
using MirrorBackup.Mirroring;
using MirrorBackup.Planning;

namespace MirrorBackup.Tests.Mirroring;

/// <summary>Equal forms: bytes move as they are stored, and what cannot be right is not passed on.</summary>
public sealed class PassThroughTests
{
    private const string OtherKey = "fedcba9876543210FEDCBA9876543210";

    [Theory]
    [InlineData("c1-mirror-vhddir-brotli", PassThroughWorld.Rolled, BlockCodec.Brotli, PassThroughCheck.Unauthenticated)]
    [InlineData("c1-mirror-vhddir-brotli", PassThroughWorld.Rolled, BlockCodec.Brotli, PassThroughCheck.Never)]
    [InlineData("c2-vhddir-gzip", PassThroughWorld.TwoJobs, BlockCodec.Gzip, PassThroughCheck.Unauthenticated)]
    [InlineData("c3-vhddir-uncompressed", PassThroughWorld.Rolled, BlockCodec.None, PassThroughCheck.Unauthenticated)]
    public async Task Mirror_DirectoryOfTheSameCodec_CopiesBlockFilesByteByByte(string set, string vm, BlockCodec codec, PassThroughCheck check)
    {
        await using var world = await PassThroughWorld.OpenAsync(set, vm);
        await world.AddAsync("dst", StorageForm.VhdDirectory(codec));
        Assert.All(Transfers(await world.PlanAsync()), static disk => Assert.Equal(TransferWay.PassThrough, disk.Way));

        var report = await world.MirrorAsync(check);

        Assert.Equal([TransferWay.PassThrough], PassThroughWorld.Ways(report));
        Assert.Equal(world.Stored("src"), world.Stored("dst"));
        await world.AssertContentAsync("dst");
    }

    [Fact]
    public async Task Mirror_EqualKey_MovesCiphertext()
    {
        await using var world = await PassThroughWorld.OpenAsync("d1-enc-chacha20-delta");
        var target = await world.AddAsync("dst", await world.FormAsync(), GoldenData.EncryptionKey);
        world.Source.Clear();

        var report = await world.MirrorAsync(readsBack: false);

        Assert.Equal([TransferWay.PassThrough], PassThroughWorld.Ways(report));
        Assert.Equal(world.Stored("src"), world.Stored("dst"));
        Assert.Empty(world.Source.Read);
        Assert.Equal(world.Bulk("src").Length, world.Source.ReadStored.Count);
        Assert.Empty(target.Written);
        await world.AssertContentAsync("dst");
    }

    [Theory]
    [InlineData(PassThroughCheck.Always)]
    [InlineData(PassThroughCheck.Never)]
    public async Task Mirror_EqualKeyReadBack_ComparesTheLikeWithTheLike(PassThroughCheck check)
    {
        await using var world = await PassThroughWorld.OpenAsync("d1-enc-chacha20-delta");
        await world.AddAsync("dst", await world.FormAsync(), GoldenData.EncryptionKey);

        var report = await world.MirrorAsync(check);

        Assert.Equal([check == PassThroughCheck.Always ? TransferWay.ReEncrypt : TransferWay.PassThrough], PassThroughWorld.Ways(report));
        Assert.Equal(MirrorOutcome.Succeeded, report.Vms[0].Destinations[0].HealthCheck?.Outcome);
        await world.AssertContentAsync("dst");
    }

    [Theory]
    [InlineData(OtherKey)]
    [InlineData(null)]
    public async Task Mirror_OtherEncryptionOfTheSameCodec_DoesNotCompressAgain(string? key)
    {
        await using var world = await PassThroughWorld.OpenAsync("d1-enc-chacha20-delta");
        var target = await world.AddAsync("dst", await world.FormAsync(), key);

        var report = await world.MirrorAsync();

        Assert.Equal([TransferWay.ReEncrypt], PassThroughWorld.Ways(report));
        Assert.Equal(await world.DecryptedAsync("src", world.Source), await world.DecryptedAsync("dst", target));
        Assert.Empty(target.WrittenStored);
        await world.AssertContentAsync("dst");
    }

    [Theory]
    [InlineData("c1-mirror-vhddir-brotli", StorageKind.VhdDirectory, BlockCodec.Gzip, TransferWay.Recode)]
    [InlineData("c1-mirror-vhddir-brotli", StorageKind.VhdFile, BlockCodec.None, TransferWay.Convert)]
    [InlineData("a-src-delta-vhd", StorageKind.VhdFile, BlockCodec.None, TransferWay.PassThrough)]
    [InlineData("a-src-delta-vhd", StorageKind.VhdDirectory, BlockCodec.Brotli, TransferWay.Convert)]
    public async Task Mirror_OtherForm_IsWhatThePlanSays(string set, StorageKind kind, BlockCodec codec, TransferWay expected)
    {
        await using var world = await PassThroughWorld.OpenAsync(set);
        await world.AddAsync("dst", new StorageForm(kind, codec));
        Assert.All(Transfers(await world.PlanAsync()), disk => Assert.Equal(expected, disk.Way));

        Assert.Equal([expected], PassThroughWorld.Ways(await world.MirrorAsync()));
        await world.AssertContentAsync("dst");
    }

    [Fact]
    public async Task Mirror_DestinationsOfDifferentNeeds_ReadsEachBlockOnce()
    {
        await using var world = await PassThroughWorld.OpenAsync("d1-enc-chacha20-delta");
        var form = await world.FormAsync();
        await world.AddAsync("same", form, GoldenData.EncryptionKey);
        await world.AddAsync("other", form, OtherKey);
        await world.AddAsync("file", StorageForm.VhdFile);
        world.Source.Clear();

        var report = await world.MirrorAsync(readsBack: false);

        // One source of bytes for all: what one of them cannot take encrypted is decrypted for all.
        Assert.Equal([TransferWay.ReEncrypt], PassThroughWorld.Ways(report));
        Assert.Equal([TransferWay.ReEncrypt], PassThroughWorld.Ways(report, 1));
        Assert.Equal([TransferWay.Convert], PassThroughWorld.Ways(report, 2));
        Assert.Equal(world.Bulk("src").Length, world.Source.Read.Count + world.Source.ReadStored.Count);
        await world.AssertContentAsync("same");
        await world.AssertContentAsync("other");
        await world.AssertContentAsync("file");
    }

    [Fact]
    public async Task Mirror_DestinationsOfDifferentForms_ReadsEachBlockOnceAndPassesItOnWhereItCan()
    {
        await using var world = await PassThroughWorld.OpenAsync("c1-mirror-vhddir-brotli");
        await world.AddAsync("brotli", StorageForm.VhdDirectory(BlockCodec.Brotli));
        await world.AddAsync("gzip", StorageForm.VhdDirectory(BlockCodec.Gzip));
        await world.AddAsync("file", StorageForm.VhdFile);
        world.Source.Clear();

        var report = await world.MirrorAsync(readsBack: false);

        Assert.Equal([TransferWay.PassThrough], PassThroughWorld.Ways(report));
        Assert.Equal([TransferWay.Recode], PassThroughWorld.Ways(report, 1));
        Assert.Equal([TransferWay.Convert], PassThroughWorld.Ways(report, 2));
        Assert.Equal(world.Bulk("src").Length, world.Source.Read.Count);
        Assert.Equal(world.Stored("src"), world.Stored("brotli"));
        await world.AssertContentAsync("gzip");
        await world.AssertContentAsync("file");
    }

    [Fact]
    public async Task Mirror_CutBlockInACollapsedRun_NamesTheRevisionThatHoldsIt()
    {
        await using var world = await PassThroughWorld.OpenAsync("c1-mirror-vhddir-brotli");
        world.Cut();
        await world.AddAsync("dst", StorageForm.VhdDirectory(BlockCodec.Brotli));

        var report = await world.MirrorAsync(retention: 1);

        var conflicts = report.Vms[0].Destinations[0].Conflicts.Where(static conflict => conflict.Contains("/blocks/", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(conflicts);
        Assert.All(conflicts, conflict => Assert.Contains(world.DataFolderOf(conflict[..conflict.IndexOf(':')]), conflict, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Mirror_CutBlockThatNobodyLooksInto_TravelsAsWithXenOrchestra()
    {
        await using var world = await PassThroughWorld.OpenAsync("c1-mirror-vhddir-brotli");
        world.Cut();
        await world.AddAsync("dst", StorageForm.VhdDirectory(BlockCodec.Brotli));

        var report = await world.MirrorAsync(PassThroughCheck.Never);

        Assert.Equal([TransferWay.PassThrough], PassThroughWorld.Ways(report));
        Assert.Equal(world.Stored("src"), world.Stored("dst"));
    }

    [Fact]
    public async Task Mirror_CollapsedRun_TakesEachBlockFromWhereItsYoungestVersionIs()
    {
        await using var world = await PassThroughWorld.OpenAsync("c1-mirror-vhddir-brotli");
        await world.AddAsync("dst", StorageForm.VhdDirectory(BlockCodec.Brotli));

        var report = await world.MirrorAsync(retention: 1);

        Assert.Equal([TransferWay.PassThrough], PassThroughWorld.Ways(report));
        Assert.Subset(world.Stored("src").ToHashSet(), world.Stored("dst").ToHashSet());
        await world.AssertContentAsync("dst", newest: 1);
    }

    [Theory]
    [InlineData(PassThroughCheck.Unauthenticated)]
    [InlineData(PassThroughCheck.Never)]
    public async Task Mirror_TamperedCiphertext_IsRefusedWhileItPassesThrough(PassThroughCheck check)
    {
        await using var world = await PassThroughWorld.OpenAsync("d1-enc-chacha20-delta");
        world.Damage();
        await world.AddAsync("dst", await world.FormAsync(), GoldenData.EncryptionKey);

        var report = await world.MirrorAsync(check);

        Assert.False(report.IsSuccess);
        Assert.Contains(report.Vms[0].Destinations[0].Steps, static step => step.Error?.Code == ErrorCodes.NotAuthentic);
        await world.AssertListsOnlyWhatIsWholeAsync("dst");
    }

    [Fact]
    public async Task Mirror_CutBlockOfAClearSource_IsRefusedByDefault()
    {
        await using var world = await PassThroughWorld.OpenAsync("c1-mirror-vhddir-brotli");
        world.Cut();
        await world.AddAsync("dst", StorageForm.VhdDirectory(BlockCodec.Brotli));

        var report = await world.MirrorAsync();

        Assert.False(report.IsSuccess);
        Assert.Contains(report.Vms[0].Destinations[0].Conflicts, static conflict => conflict.Contains("/blocks/", StringComparison.Ordinal));
        await world.AssertListsOnlyWhatIsWholeAsync("dst");
    }

    [Fact]
    public async Task Mirror_ArchiveOfEqualKey_MovesCiphertext()
    {
        await using var world = await PassThroughWorld.OpenAsync("d2-enc-chacha20-full", PassThroughWorld.Zstandard);
        var target = await world.AddAsync("dst", StorageForm.VhdFile, GoldenData.EncryptionKey);

        var report = await world.MirrorAsync();

        Assert.Equal([TransferWay.PassThrough], PassThroughWorld.Ways(report));
        Assert.Equal(world.Stored("src"), world.Stored("dst"));
        Assert.Empty(target.Written);
        Assert.Equal(MirrorOutcome.Succeeded, report.Vms[0].Destinations[0].HealthCheck?.Outcome);
        await world.AssertContentAsync("dst");
    }

    [Theory]
    [InlineData(OtherKey, PassThroughCheck.Unauthenticated)]
    [InlineData(GoldenData.EncryptionKey, PassThroughCheck.Always)]
    public async Task Mirror_ArchiveThatIsLookedInto_IsEncryptedAnew(string key, PassThroughCheck check)
    {
        await using var world = await PassThroughWorld.OpenAsync("d2-enc-chacha20-full", PassThroughWorld.Zstandard);
        var target = await world.AddAsync("dst", StorageForm.VhdFile, key);

        Assert.Equal([TransferWay.ReEncrypt], PassThroughWorld.Ways(await world.MirrorAsync(check)));
        Assert.Empty(target.WrittenStored);
        await world.AssertContentAsync("dst");
    }

    [Fact]
    public async Task Mirror_TamperedArchiveOfEqualKey_IsCommittedNowhere()
    {
        await using var world = await PassThroughWorld.OpenAsync("d2-enc-chacha20-full", PassThroughWorld.Zstandard);
        world.Damage();
        await world.AddAsync("dst", StorageForm.VhdFile, GoldenData.EncryptionKey);

        var report = await world.MirrorAsync();

        Assert.False(report.IsSuccess);
        Assert.Equal(world.Bulk("src").Length - 1, world.Bulk("dst").Length);
        Assert.Subset(world.Stored("src").ToHashSet(), world.Stored("dst").ToHashSet());
    }

    private static IEnumerable<DiskTransfer> Transfers(MirrorPlan plan) =>
        plan.Destinations[0].Steps.OfType<TransferStep>().SelectMany(static step => step.Disks);
}
