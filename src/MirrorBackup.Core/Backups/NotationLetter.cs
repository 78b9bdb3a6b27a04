namespace MirrorBackup.Backups;

/// <summary>One letter of a text in <see cref="ChainNotation"/>.</summary>
/// <param name="Index">0 for A, 26 for A1.</param>
/// <param name="IsKey">Upper case.</param>
/// <param name="IsMixed">Followed by <c>*</c>.</param>
/// <param name="IsUnreadable">Followed by <c>!</c>.</param>
/// <param name="IsListed">Not in parentheses.</param>
internal sealed record NotationLetter(int Index, bool IsKey, bool IsMixed, bool IsUnreadable, bool IsListed);
