namespace MirrorBackup.Repositories.Cleaning;

/// <summary>What a decision goes by beside what is there.</summary>
/// <param name="MinimumAge">How long nobody must have changed what is removed.</param>
/// <param name="IsReversible">Whether what is removed can be put back.</param>
/// <param name="IsExclusive">Whether a lock keeps others from writing.</param>
internal sealed record CleaningRules(TimeSpan MinimumAge, bool IsReversible, bool IsExclusive);
