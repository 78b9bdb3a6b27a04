namespace MirrorBackup.Mirroring;

/// <summary>
/// Whether blocks of VHD directories that are sent as they are stored are decompressed on the way, only to see that they can be. What cannot be read is not
/// listed then; it costs processor time (<c>docs/transfer.md</c>).
/// </summary>
public enum PassThroughCheck
{
    /// <summary>Where nothing else vouches for the bytes: an encrypted source's are proven by their authentication tags, a clear one's are not.</summary>
    Unauthenticated,

    /// <summary>
    /// Always, so that nothing is sent that was damaged before it was encrypted. Under equal encryption everything is then decrypted and encrypted again;
    /// archives, too, whose end is looked at.
    /// </summary>
    Always,

    /// <summary>
    /// Never: as fast as the storage, and damage of a clear source arrives with the copy, as with Xen Orchestra. Where the copy is not read back either
    /// (<see cref="MirrorJob.CheckLastTransferred"/>), the kernel copies between local directories: on a file system with reflinks both then share the bytes.
    /// </summary>
    Never,
}
