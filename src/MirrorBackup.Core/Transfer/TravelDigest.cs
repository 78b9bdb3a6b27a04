namespace MirrorBackup.Transfer;

/// <summary>
/// A digest of the bytes that travelled: of each block as it was stored, but of those that were taken apart the clear content. A copy that was made that way
/// has the same.
/// </summary>
/// <param name="Value">The digest, made like a <see cref="RevisionDigest"/>.</param>
/// <param name="Reading">What travelled.</param>
/// <param name="TakenApart">The blocks whose clear content went into it.</param>
internal sealed record TravelDigest(RevisionDigest Value, StoredReading Reading, IReadOnlySet<int> TakenApart);
