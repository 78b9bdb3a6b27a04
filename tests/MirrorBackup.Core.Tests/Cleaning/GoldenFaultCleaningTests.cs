using System.Globalization;
using System.Text.Json.Nodes;
using MirrorBackup.Repositories.Cleaning;

namespace MirrorBackup.Tests.Cleaning;

/// <summary>
/// Every damaged VM of the golden sets, cleaned: whatever could be restored before can be restored after, with the same content, and a second run finds nothing
/// more to do. In brackets is what Xen Orchestra's cleaner leaves where that is less.
/// </summary>
public sealed class GoldenFaultCleaningTests
{
    [Theory]
    [InlineData("f1-faults-vhd-file", "ok", "")]
    [InlineData("f1-faults-vhd-file", "broken-footer-middle", "")] // [Ab]
    [InlineData("f1-faults-vhd-file", "broken-header-key", "")] // [nothing]
    [InlineData("f1-faults-vhd-file", "truncated-last", "")] // [Abc]
    [InlineData("f1-faults-vhd-file", "truncated-empty", "")] // [Abc]
    [InlineData("f1-faults-vhd-file", "bitflip-data", "")]
    [InlineData("f1-faults-vhd-file", "bitflip-bat", "")]
    [InlineData("f1-faults-vhd-file", "orphan-vhd-tail", "OrphanDisk:Deleted")]
    [InlineData("f1-faults-vhd-file", "orphan-vhd-head", "")]
    [InlineData("f1-faults-vhd-file", "orphan-vhd-head3", "")]
    [InlineData("f1-faults-vhd-file", "orphan-vhd-middle", "")]
    [InlineData("f1-faults-vhd-file", "orphan-key", "DuplicateDisk:Deleted")]
    [InlineData("f1-faults-vhd-file", "missing-vhd-middle", "")] // [A]
    [InlineData("f1-faults-vhd-file", "missing-vhd-last", "")] // [Abc]
    [InlineData("f1-faults-vhd-file", "missing-key", "")] // [nothing]
    [InlineData("f1-faults-vhd-file", "dup-uuid", "DuplicateDisk:Deleted")]
    [InlineData("f1-faults-vhd-file", "two-children", "OrphanDisk:Deleted")]
    [InlineData("f1-faults-vhd-file", "wrong-parent-uuid", "")]
    [InlineData("f1-faults-vhd-file", "unused-vdi-dir", "OrphanDisk:Deleted")]
    [InlineData("f1-faults-vhd-file", "broken-json", "StaleCache:Repaired")] // [Abd]
    [InlineData("f1-faults-vhd-file", "empty-json", "StaleCache:Repaired")] // [Abc]
    [InlineData("f1-faults-vhd-file", "json-unknown-mode", "StaleCache:Repaired")] // [Abc]
    [InlineData("f1-faults-vhd-file", "stale-cache-missing", "StaleCache:Repaired")]
    [InlineData("f1-faults-vhd-file", "broken-cache", "StaleCache:Repaired")]
    [InlineData("f1-faults-vhd-file", "no-cache", "")]
    [InlineData("f1-faults-vhd-file", "tmp-files", "TemporaryFile:Deleted,TemporaryFile:Deleted")]
    [InlineData("f1-faults-vhd-file", "orphan-merge-state", "StaleMergeState:Deleted")]
    [InlineData("f1-faults-vhd-file", "broken-merge-state", "StaleMergeState:Deleted")]
    [InlineData("f1-faults-vhd-file", "old-merge-state", "UnfinishedMerge:Repaired")]
    [InlineData("f1-faults-vhd-file", "merge-state-active", "StaleMergeState:Deleted")] // [A!Bcd]
    [InlineData("f1-faults-vhd-file", "merge-crash-cleanup", "")] // [nothing]
    [InlineData("f2-faults-vhd-dir", "ok", "")]
    [InlineData("f2-faults-vhd-dir", "alias-missing-target", "")] // [Abc]
    [InlineData("f2-faults-vhd-dir", "alias-missing", "BrokenAlias:Repaired")] // [Abc]
    [InlineData("f2-faults-vhd-dir", "alias-empty", "BrokenAlias:Repaired")] // [nothing]
    [InlineData("f2-faults-vhd-dir", "alias-to-alias", "BrokenAlias:Repaired")] // [Abc]
    [InlineData("f2-faults-vhd-dir", "alias-wrong-target", "BrokenAlias:Repaired")] // [Abc]
    [InlineData("f2-faults-vhd-dir", "alias-too-big", "BrokenAlias:Repaired")] // [Abc]
    [InlineData("f2-faults-vhd-dir", "missing-header", "")] // [A]
    [InlineData("f2-faults-vhd-dir", "missing-bat", "")] // [A]
    [InlineData("f2-faults-vhd-dir", "missing-filters", "")] // [A]
    [InlineData("f2-faults-vhd-dir", "missing-block", "")]
    [InlineData("f2-faults-vhd-dir", "broken-block", "")]
    [InlineData("f2-faults-vhd-dir", "extra-block", "")]
    [InlineData("f2-faults-vhd-dir", "orphan-data", "UnclaimedDirectory:Deleted")]
    [InlineData("f2-faults-vhd-dir", "dir-without-alias", "UnclaimedDirectory:Deleted")]
    [InlineData("f2-faults-vhd-dir", "orphan-head", "")]
    [InlineData("f2-faults-vhd-dir", "orphan-head3", "")]
    [InlineData("f3-faults-encrypted", "ok", "")]
    [InlineData("f3-faults-encrypted", "tampered-block", "")]
    [InlineData("f3-faults-encrypted", "tampered-tag", "")]
    [InlineData("f3-faults-encrypted", "tampered-json", "StaleCache:Repaired")] // [A]
    [InlineData("f3-faults-encrypted", "tampered-header", "")] // [A]
    [InlineData("f4-faults-full", "ok", "")]
    [InlineData("f4-faults-full", "xva-missing", "")] // [AC]
    [InlineData("f4-faults-full", "xva-truncated", "")]
    [InlineData("f4-faults-full", "xva-bitflip", "")]
    [InlineData("f4-faults-full", "xva-no-end", "")]
    [InlineData("f4-faults-full", "checksum-missing", "")]
    [InlineData("f4-faults-full", "checksum-wrong", "")]
    [InlineData("f4-faults-full", "json-missing", "ArchiveWithoutMetadata:Deleted")]
    [InlineData("f4-faults-full", "orphan-checksum", "OrphanChecksum:Deleted")]
    [InlineData("f4-faults-full", "tmp", "TemporaryFile:Deleted")]
    public async Task CleanAsync_DamagedVm_LosesNothingAndIsDoneAtOnce(string set, string fault, string done)
    {
        await using var world = await CleaningWorld.OfFaultAsync(set, fault);
        var before = await world.DigestsAsync();

        var findings = await world.CleanAsync();

        Assert.Equal(done, string.Join(',', findings.Where(static finding => finding.Remedy != CleaningRemedy.None).Select(static finding => $"{finding.Kind}:{finding.Action}")));
        var after = await world.DigestsAsync();
        Assert.Equal(before, after.Where(digest => before.ContainsKey(digest.Key)));
        AssertTrue(CleaningWorld.FaultsOf(set, fault), after);
        world.Grow();
        var tree = world.Tree();
        Assert.DoesNotContain(await world.CleanAsync(), static finding => finding.Remedy != CleaningRemedy.None || finding.Action == CleaningAction.Failed);
        Assert.Equal(tree, world.Tree());
    }

    [Theory]
    [InlineData("f1-faults-vhd-file", "broken-footer-middle", "IncompleteBackup 20260107T010000Z.json,IncompleteBackup 20260108T010000Z.json,BrokenDisk 20260107T010000Z.vhd")]
    [InlineData("f1-faults-vhd-file", "orphan-vhd-head3", "UnlistedAncestor 20260105T010000Z.vhd,UnlistedAncestor 20260106T010000Z.vhd")]
    [InlineData("f1-faults-vhd-file", "json-unknown-mode", "UnreadableMetadata 20260108T010000Z.json,OrphanDisk 20260108T010000Z.vhd")]
    [InlineData("f1-faults-vhd-file", "tmp-files", "Foreign notes.txt,Foreign notes.txt")]
    [InlineData("f2-faults-vhd-dir", "alias-missing-target", "IncompleteBackup 20260108T010000Z.json,BrokenDisk 20260108T010000Z.alias.vhd")]
    [InlineData("f4-faults-full", "xva-missing", "IncompleteBackup 20260106T010000Z.json,BrokenDisk 20260106T010000Z.xva,OrphanChecksum 20260106T010000Z.xva.checksum")]
    public async Task CleanAsync_WhatCannotBePutRight_IsNamedAndKept(string set, string fault, string kept)
    {
        await using var world = await CleaningWorld.OfFaultAsync(set, fault);

        var findings = await world.CleanAsync();

        Assert.Equal(
            kept,
            string.Join(',', findings.Where(static finding => finding.Remedy == CleaningRemedy.None).Select(static finding => $"{finding.Kind} {Path.GetFileName(finding.Path)}")));
    }

    // One point is in the truth that the catalogue sees only through its metadata: what is read has to be what was written.
    private static void AssertTrue(JsonNode fault, Dictionary<(long Timestamp, string Disk), string> digests)
    {
        var isAltered = (string)fault["case"]! is "bitflip-data" or "xva-bitflip";
        foreach (var point in fault["truth"]!.AsArray())
        {
            var day = DateTimeOffset.ParseExact(((string)point!["json"]!)[..16], "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
            foreach (var disk in point["disks"]?.AsArray() ?? [])
            {
                var key = (day.ToUnixTimeMilliseconds(), Path.GetFileName(Path.GetDirectoryName((string)disk!["path"]!))!);
                Assert.True(isAltered || !digests.TryGetValue(key, out var digest) || digest == (string?)disk["sha256"], $"{point["json"]} reads back as something else");
            }
        }
    }
}
