using System.Collections.Immutable;

namespace MirrorBackup.Vhd.Merging;

/// <summary>What can be made of a merge that was interrupted.</summary>
internal abstract record MergeAssessment
{
    private protected MergeAssessment()
    {
    }

    /// <summary>The merge can be finished, and what it then leaves is known.</summary>
    /// <param name="Work">Where to go on.</param>
    /// <param name="Chain">The names, ancestor first, newest last.</param>
    /// <param name="TrustsProgress">With <see cref="MergeWork.Blocks"/>: whether the progress in the state is proven to be about these very files.</param>
    /// <param name="SurvivorId">The unique id of the result, which has the newest name.</param>
    /// <param name="SurvivorParentId">The id of the result's parent; <see langword="null"/> for a key.</param>
    /// <param name="SurvivorParentName">The file name of the result's parent; <see langword="null"/> for a key.</param>
    internal sealed record Resumable(
        MergeWork Work, ImmutableArray<string> Chain, bool TrustsProgress, Guid SurvivorId, Guid? SurvivorParentId, string? SurvivorParentName) : MergeAssessment;

    /// <summary>The state is about nothing that is here, or about something that must stay: only the state file is to be removed.</summary>
    /// <param name="Reason">Why, as the end of a sentence.</param>
    internal sealed record Leftover(string Reason) : MergeAssessment;

    /// <summary>The merge was begun and cannot be finished with what is here: nothing is to be touched before somebody has looked.</summary>
    /// <param name="Reason">Why, as the end of a sentence.</param>
    internal sealed record Unfinishable(string Reason) : MergeAssessment;
}
