namespace MirrorBackup.Remotes;

/// <summary>How a file of any size is written.</summary>
/// <param name="Grade">When it must be durable; the default is at commit.</param>
/// <param name="Length">
/// The exact length in bytes if it is known, which lets the storage reserve room and choose part sizes; the commit then checks it.
/// </param>
/// <param name="MustBeNew">Fail at the commit if the file is there.</param>
/// <param name="AsStored">
/// The bytes are encoded already in the way of this remote, as <see cref="IRemote.OpenStoredAsync"/> of a remote with the same
/// <see cref="RemoteCapabilities.EncryptionFingerprint"/> gives them; <paramref name="Length"/> counts them as they are. No difference where
/// nothing is encoded.
/// </param>
public readonly record struct UploadOptions(
    WriteGrade Grade = WriteGrade.Publish, long? Length = null, bool MustBeNew = false, bool AsStored = false);
