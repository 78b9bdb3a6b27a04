namespace MirrorBackup.Remotes;

/// <summary>How a small file is written.</summary>
/// <param name="Grade">When it must be durable; the default is at once.</param>
/// <param name="MustBeNew">Fail if the file is there.</param>
/// <param name="AsStored">The content is encoded already in the way of this remote; see <see cref="UploadOptions.AsStored"/>.</param>
public readonly record struct WriteOptions(WriteGrade Grade = WriteGrade.Publish, bool MustBeNew = false, bool AsStored = false);
