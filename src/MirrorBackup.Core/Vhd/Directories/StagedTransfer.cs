namespace MirrorBackup.Vhd.Directories;

/// <summary>All that must be the same for the blocks of an interrupted transfer to be of use to another one.</summary>
/// <param name="Alias">Where the revision will lie: the path of its alias.</param>
/// <param name="Revision">The id of the revision.</param>
/// <param name="Parent">The id of its parent; <see langword="null"/> for a key.</param>
/// <param name="Source">What is read: the ids of the revisions of the source, oldest first.</param>
/// <param name="Codec">How blocks are compressed.</param>
/// <param name="Encryption">The fingerprint of algorithm and key of the remote; <see langword="null"/> where nothing is encrypted.</param>
/// <param name="VirtualSize">The size of the disk in bytes.</param>
/// <param name="Blocks">A hash of the list of blocks, and how many there are.</param>
internal sealed record StagedTransfer(
    string Alias, string Revision, string? Parent, string Source, string Codec, string? Encryption, long VirtualSize, string Blocks);
