using MirrorBackup.Transfer;

namespace MirrorBackup.Mirroring;

/// <summary>What a disk hashed to while it was sent.</summary>
/// <param name="Digest">Of its clear content; of the bytes that travelled, where <paramref name="Travelled"/> is given.</param>
/// <param name="Travelled">How the digest was made, where blocks were not decoded.</param>
internal readonly record struct SentContent(RevisionDigest Digest, TravelDigest? Travelled);
