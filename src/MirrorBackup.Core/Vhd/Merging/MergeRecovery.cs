using System.Collections.Immutable;
using MirrorBackup.Vhd.Directories;

namespace MirrorBackup.Vhd.Merging;

/// <summary>
/// Decides what an interrupted merge is worth, by what the files are and not by what they are called: a state that has outlived its files must
/// never be applied to others that have their names. Pure.
/// </summary>
internal static class MergeRecovery
{
    /// <summary>Assesses one state.</summary>
    /// <param name="state">What the state file says.</param>
    /// <param name="ancestorName">The ancestor by the name of the state file (<see cref="MergeStateName.TryParse"/>).</param>
    /// <param name="folder">
    /// Every VHD of the folder that opens, by name. A file that is the ancestor in the middle of a merge may have no valid footer at its end: it has to
    /// be opened by the copy at its start.
    /// </param>
    /// <param name="isListed">Whether a restore point lists the file of this name, be it there or not.</param>
    /// <returns>What can be done.</returns>
    public static MergeAssessment Assess(
        MergeState state, string ancestorName, IReadOnlyDictionary<string, MergeMember> folder, Func<string, bool> isListed)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(isListed);
        var (chain, gap) = state.Chain.IsEmpty ? FollowLinks(ancestorName, folder, isListed) : (state.Chain, null);
        if (gap is not null)
        {
            return gap;
        }

        if (chain[0] != ancestorName)
        {
            return new MergeAssessment.Unfinishable($"it names \"{chain[0]}\" as the ancestor, and its own name says \"{ancestorName}\"");
        }

        if (chain.FirstOrDefault(name => VhdAlias.IsAlias(name) != VhdAlias.IsAlias(ancestorName)) is { } other)
        {
            return new MergeAssessment.Unfinishable($"\"{ancestorName}\" and \"{other}\" are a VHD file and a VHD directory, which are never merged");
        }

        // The newest name is the only one that may be listed: the merge removes the others.
        if (chain.Take(chain.Length - 1).FirstOrDefault(isListed) is { } listed)
        {
            return new MergeAssessment.Leftover($"\"{listed}\", which the merge would remove, belongs to a restore point");
        }

        return folder.TryGetValue(chain[0], out var ancestor)
            ? AssessAncestor(state, chain, ancestor, folder)
            : AssessWithoutAncestor(state, chain, folder);
    }

    // The way to the newest when the state does not tell: as Xen Orchestra's cleaner goes, from parent to child, up to the first that is listed.
    private static (ImmutableArray<string> Chain, MergeAssessment? Gap) FollowLinks(
        string ancestorName, IReadOnlyDictionary<string, MergeMember> folder, Func<string, bool> isListed)
    {
        if (!folder.ContainsKey(ancestorName))
        {
            return ([], new MergeAssessment.Leftover($"\"{ancestorName}\" is not there"));
        }

        if (isListed(ancestorName))
        {
            return ([], new MergeAssessment.Leftover($"\"{ancestorName}\", which the merge would remove, belongs to a restore point"));
        }

        var chain = ImmutableArray.CreateBuilder<string>();
        chain.Add(ancestorName);
        while (!isListed(chain[^1]))
        {
            var children = folder.Values.Where(member => member.ParentName == chain[^1]).Take(2).ToArray();
            if (children.Length != 1 || chain.Contains(children[0].Name))
            {
                var found = children.Length == 0 ? "no child" : children.Length == 1 ? "a cycle" : "two children";
                return ([], new MergeAssessment.Unfinishable($"it does not say what is merged into \"{ancestorName}\", and \"{chain[^1]}\" has {found}"));
            }

            chain.Add(children[0].Name);
        }

        return (chain.ToImmutable(), null);
    }

    private static MergeAssessment AssessAncestor(
        MergeState state, ImmutableArray<string> chain, MergeMember ancestor, IReadOnlyDictionary<string, MergeMember> folder)
    {
        var newest = folder.GetValueOrDefault(chain[^1]);
        var newestId = state.NewestId ?? newest?.Id;
        var isComplete = newestId is not null && ancestor.Id == newestId;
        if (isComplete && ancestor.DataPath is not null && ancestor.DataPath == newest?.DataPath)
        {
            // The alias of the newest leads to the ancestor's data already, and the ancestor's own alias is still there.
            return Resume(MergeWork.Remove, chain, false, newestId!.Value, ancestor);
        }

        if (!isComplete && state.AncestorId is { } former && ancestor.Id != former)
        {
            return new MergeAssessment.Leftover($"\"{ancestor.Name}\" is {ancestor.Id}, and {former} was to be merged into");
        }

        if (newest is not null && state.NewestId is { } expected && newest.Id != expected)
        {
            return new MergeAssessment.Unfinishable($"\"{newest.Name}\" is {newest.Id}, and {expected} was to be merged");
        }

        var missing = chain.FirstOrDefault(name => !folder.ContainsKey(name));
        if (missing is null)
        {
            return AssessWhole(state, chain, ancestor, isComplete, folder);
        }

        // The ancestor gets the newest id after its blocks and its table, and children go after that: it holds everything.
        if (isComplete)
        {
            return Resume(MergeWork.Rename, chain, false, newestId!.Value, ancestor);
        }

        return new MergeAssessment.Unfinishable($"\"{missing}\" is not there, and \"{ancestor.Name}\" does not hold its data");
    }

    private static MergeAssessment AssessWhole(
        MergeState state, ImmutableArray<string> chain, MergeMember ancestor, bool isComplete, IReadOnlyDictionary<string, MergeMember> folder)
    {
        var formerId = isComplete ? state.AncestorId : ancestor.Id;
        for (var i = 1; i < chain.Length; i++)
        {
            var child = folder[chain[i]];
            var parentId = i == 1 ? formerId : folder[chain[i - 1]].Id;
            if (child.ParentName != chain[i - 1] || (parentId is not null && child.ParentId != parentId))
            {
                return new MergeAssessment.Unfinishable(
                    $"\"{child.Name}\" is a delta on \"{child.ParentName}\" ({child.ParentId}), not on \"{chain[i - 1]}\" ({parentId})");
            }
        }

        // Where both ids are said and found, and the files link, the headers prove nothing more: growing a table changes the ancestor's.
        var newest = folder[chain[^1]];
        var isProven = state is { AncestorId: not null, NewestId: not null };
        if (!isProven && (HasOtherHeader(state.NewestHeaderChecksum, newest) || (!isComplete && HasOtherHeader(state.AncestorHeaderChecksum, ancestor))))
        {
            return new MergeAssessment.Unfinishable("the headers of its files are not those that it was written for");
        }

        if (state.Step == MergeStep.Cleanup && !isComplete)
        {
            return new MergeAssessment.Leftover($"\"{ancestor.Name}\" was to be complete and is not: it was written anew since");
        }

        // Only a state of ours proves that its progress, made durable block by block, is about this very file. All else is done again from
        // the first block on, which is always right as long as the children are there. The blocks of directories are in one place only.
        var isOurs = state.AncestorFooterChecksum is not null;
        if (isComplete && (ancestor.DataPath is not null || (isOurs && state.Step == MergeStep.Cleanup)))
        {
            return Resume(MergeWork.Rename, chain, false, newest.Id, ancestor);
        }

        return Resume(MergeWork.Blocks, chain, isOurs && ancestor.FooterChecksum == state.AncestorFooterChecksum, newest.Id, ancestor);
    }

    private static MergeAssessment AssessWithoutAncestor(MergeState state, ImmutableArray<string> chain, IReadOnlyDictionary<string, MergeMember> folder)
    {
        if (!folder.TryGetValue(chain[^1], out var newest))
        {
            return new MergeAssessment.Leftover($"neither \"{chain[0]}\" nor \"{chain[^1]}\" is there");
        }

        // The result links to the ancestor's parent. The child that it replaced would still link to another file of the chain.
        var isResult = newest.ParentName is null || !chain.Contains(newest.ParentName);
        return isResult && (state.NewestId is null || newest.Id == state.NewestId)
            ? Resume(MergeWork.Remove, chain, false, newest.Id, newest)
            : new MergeAssessment.Leftover($"\"{chain[0]}\" is not there, and \"{newest.Name}\" is not the result");
    }

    private static bool HasOtherHeader(uint? expected, MergeMember member) => expected is { } checksum && checksum != member.HeaderChecksum;

    private static MergeAssessment.Resumable Resume(MergeWork work, ImmutableArray<string> chain, bool trustsProgress, Guid id, MergeMember survivor) =>
        new(work, chain, trustsProgress, id, survivor.ParentId, survivor.ParentName);
}
