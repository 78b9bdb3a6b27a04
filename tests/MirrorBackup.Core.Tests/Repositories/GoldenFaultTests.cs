using MirrorBackup.Backups;
using MirrorBackup.Repositories;

namespace MirrorBackup.Tests.Repositories;

/// <summary>
/// One damaged VM per case. Letters in brackets are stored but not listed, <c>!</c> cannot be restored
/// (upper case where the disk itself does not open, so that nothing tells a key from a delta). Where Xen Orchestra's reader sees less than
/// there is to see, or its cleaner then destroys what could be kept, the case says so.
/// </summary>
public sealed class GoldenFaultTests
{
    [Theory]
    [InlineData("ok", "Abcd", "")]
    [InlineData("broken-footer-middle", "AbC!d!", "UnreadableRevision")] // XO removes c and d with their disks.
    [InlineData("broken-header-key", "A!b!c!d!", "UnreadableRevision")] // XO removes all points.
    [InlineData("truncated-last", "AbcD!", "UnreadableRevision")]
    [InlineData("truncated-empty", "AbcD!", "UnreadableRevision")]
    [InlineData("bitflip-data", "Abcd", "")] // No structure tells it; neither does XO.
    [InlineData("bitflip-bat", "AB!c!d!", "UnreadableRevision")]
    [InlineData("orphan-vhd-tail", "Abc(d)", "")]
    [InlineData("orphan-vhd-head", "(A)bcd", "")]
    [InlineData("orphan-vhd-head3", "(Ab)cd", "")]
    [InlineData("orphan-vhd-middle", "Ab(c)d", "")]
    [InlineData("orphan-key", "Abcd", "DuplicateRevision")]
    [InlineData("missing-vhd-middle", "AB!c!d!", "UnreadableRevision,MissingParent")]
    [InlineData("missing-vhd-last", "AbcD!", "UnreadableRevision")]
    [InlineData("missing-key", "A!b!c!d!", "UnreadableRevision,MissingParent")]
    [InlineData("dup-uuid", "Abcd", "DuplicateRevision")]
    [InlineData("two-children", "A(b)cde", "SeveralChildren")]
    [InlineData("wrong-parent-uuid", "Abc!d!", "MissingParent")] // XO follows the name alone and restores wrong content.
    [InlineData("unused-vdi-dir", "(A)Abcd", "")]
    [InlineData("broken-json", "Ab(c)d", "UnreadableMetadata!")] // XO removes the JSON and merges its disk away.
    [InlineData("empty-json", "Abc(d)", "UnreadableMetadata!")]
    [InlineData("json-unknown-mode", "Abc(d)", "UnreadableMetadata!")]
    [InlineData("stale-cache-missing", "Abcd", "")] // XO does not see d.
    [InlineData("broken-cache", "Abcd", "")]
    [InlineData("no-cache", "Abcd", "")]
    [InlineData("tmp-files", "Abcd", "")] // XO removes notes.txt.
    [InlineData("orphan-merge-state", "Abcd", "BrokenMergeState")]
    [InlineData("broken-merge-state", "Abcd", "BrokenMergeState")]
    [InlineData("merge-state-active", "Abcd", "BrokenMergeState")] // XO resumes it, and the point A is lost.
    [InlineData("merge-crash-cleanup", "(A)B!c!d!", "BrokenMergeState!,UnreadableRevision,MissingParent")] // XO removes all points.
    public async Task LoadAsync_DamagedDisks_GivesWhatIsThereAndItsProblems(string fault, string letters, string problems)
    {
        var catalogue = await LoadAsync("f1-faults-vhd-file", fault);

        Assert.Equal(letters, catalogue.Chain(BackupMode.Incremental).ToString());
        Assert.Equal(problems, Kinds(catalogue));
        Assert.Empty(catalogue.Chain(BackupMode.Full).Points);
    }

    [Theory]
    [InlineData("ok", "ABC", "")]
    [InlineData("xva-missing", "AB!C", "UnreadableRevision")]
    [InlineData("xva-truncated", "AB!C", "UnreadableRevision")] // XO warns, and mirrors it as good.
    [InlineData("xva-no-end", "AB!C", "UnreadableRevision")] // XO warns, and mirrors it as good.
    [InlineData("xva-bitflip", "ABC", "")] // Only its checksum tells it, when it is read.
    [InlineData("checksum-missing", "ABC", "")]
    [InlineData("checksum-wrong", "ABC", "")]
    [InlineData("json-missing", "A(B)C", "")]
    [InlineData("orphan-checksum", "AB", "")]
    [InlineData("tmp", "AB", "")]
    public async Task LoadAsync_DamagedArchives_GivesWhatIsThereAndItsProblems(string fault, string letters, string problems)
    {
        var catalogue = await LoadAsync("f4-faults-full", fault);

        Assert.Equal(letters, catalogue.Chain(BackupMode.Full).ToString());
        Assert.Equal(problems, Kinds(catalogue));
    }

    [Theory]
    [InlineData("ok", "Abcd", null, null)]
    [InlineData("alias-missing-target", "AbcD!", "names xo-vm-backups/", "which is not there")]
    [InlineData("alias-missing", "AbcD!", "20260108T010000Z.alias.vhd", null)]
    [InlineData("alias-empty", "AbcD!", "leads nowhere", "it is empty")] // XO removes every disk of the VM.
    [InlineData("alias-to-alias", "AbcD!", "leads nowhere", "is an alias itself")]
    [InlineData("alias-wrong-target", "AbcD!", "names \"data/x.txt\"", "ends in .vhd")]
    [InlineData("alias-too-big", "AbcD!", "leads nowhere", "larger than 1024 bytes")]
    [InlineData("missing-header", "AB!c!d!", "20260106T010000Z.vhd/header is not there", null)]
    [InlineData("missing-bat", "AB!c!d!", "20260106T010000Z.vhd/bat is not there", null)]
    [InlineData("missing-filters", "AB!c!d!", "20260106T010000Z.vhd/footer", "no chunk-filters.json")]
    [InlineData("missing-block", "Abcd", null, null)] // Found when the blocks are read.
    [InlineData("broken-block", "Abcd", null, null)]
    [InlineData("extra-block", "Abcd", null, null)]
    [InlineData("orphan-data", "Abcd", null, null)]
    [InlineData("dir-without-alias", "Abcd", null, null)]
    [InlineData("orphan-head", "(A)bcd", null, null)]
    [InlineData("orphan-head3", "(Ab)cd", null, null)]
    public async Task LoadAsync_DamagedDirectories_SaysWhatIsWrong(string fault, string letters, string? message, string? reason)
    {
        var catalogue = await LoadAsync("f2-faults-vhd-dir", fault);

        Assert.Equal(letters, catalogue.Chain(BackupMode.Incremental).ToString());
        Assert.Equal(message is null ? "" : "UnreadableRevision", Kinds(catalogue));
        if (message is not null)
        {
            var problem = catalogue.Problems.First(static problem => problem.Kind == ChainProblemKind.UnreadableRevision);
            Assert.Contains(message, problem.Path + " " + problem.Message, StringComparison.Ordinal);
            Assert.Contains(reason ?? "", problem.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("orphan-data", "data/20200101T000000Z.vhd")]
    [InlineData("dir-without-alias", "20200101T000000Z.vhd")]
    [InlineData("alias-missing", "data/20260108T010000Z.vhd")]
    [InlineData("alias-empty", "data/20260108T010000Z.vhd")]
    public async Task LoadAsync_DirectoryThatNoAliasNames_IsStray(string fault, string path)
    {
        var catalogue = await LoadAsync("f2-faults-vhd-dir", fault);

        var stray = Assert.Single(catalogue.StrayFiles);
        Assert.Equal(StrayFileKind.UnclaimedDirectory, stray.Kind);
        Assert.EndsWith("/" + path, stray.Path, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LoadAsync_BrokenMetadata_NamesFileAndPositionAndKeepsTheNameTaken()
    {
        var catalogue = await LoadAsync("f1-faults-vhd-file", "broken-json");

        var problem = Assert.Single(catalogue.Problems);
        Assert.Equal("20260107T010000Z.json", problem.Path);
        Assert.Contains("20260107T010000Z.json is not the JSON of a backup: line 1, byte 9: ", problem.Message, StringComparison.Ordinal);
        Assert.Contains("20260107T010000Z.json", catalogue.Chain(BackupMode.Incremental).ReservedPaths);
    }

    [Fact]
    public async Task LoadAsync_TemporaryAndForeignFiles_AreToldApartAndReserved()
    {
        var catalogue = await LoadAsync("f1-faults-vhd-file", "tmp-files");

        Assert.Equal(
            [
                (".1767574800000.20260109T010000Z.xva", StrayFileKind.Temporary),
                ("notes.txt", StrayFileKind.Foreign),
                (".1767574800000.20260109T010000Z.vhd", StrayFileKind.Temporary),
                ("notes.txt", StrayFileKind.Foreign),
            ],
            catalogue.StrayFiles.Select(static file => (Path.GetFileName(file.Path), file.Kind)));
        Assert.Subset(catalogue.Chain(BackupMode.Incremental).ReservedPaths.ToHashSet(), catalogue.StrayFiles.Select(static file => file.Path).ToHashSet());
    }

    [Fact]
    public async Task LoadAsync_CopyOfARevision_IsNoRevision()
    {
        var catalogue = await LoadAsync("f1-faults-vhd-file", "dup-uuid");

        var copy = Assert.Single(catalogue.StrayFiles);
        Assert.Equal((StrayFileKind.Copy, "20251231T000000Z.vhd"), (copy.Kind, Path.GetFileName(copy.Path)));
        Assert.Equal(4, catalogue.Chain(BackupMode.Incremental).Revisions.Length);
    }

    [Theory]
    [InlineData("orphan-merge-state")]
    [InlineData("broken-merge-state")]
    [InlineData("merge-state-active")]
    public async Task LoadAsync_MergeStateAboutNothing_IsLeftOverAndNeverResumed(string fault)
    {
        var catalogue = await LoadAsync("f1-faults-vhd-file", fault);

        var merge = Assert.Single(catalogue.Chain(BackupMode.Incremental).PendingMerges);
        Assert.True(merge.IsLeftover);
        Assert.Null(merge.Survivor);
    }

    private static async Task<VmCatalogue> LoadAsync(string set, string fault)
    {
        await using var opened = await GoldenFaults.OpenAsync(set, fault, TestContext.Current.CancellationToken);
        return await opened.Repository.LoadAsync(opened.Vm, TestContext.Current.CancellationToken);
    }

    private static string Kinds(VmCatalogue catalogue) =>
        string.Join(',', catalogue.Problems.Select(static problem => problem.Kind + (problem.PreventsRetiring ? "!" : "")).Distinct());
}
