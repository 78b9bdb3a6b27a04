namespace MirrorBackup.Transfer;

/// <summary>
/// Sees every byte of a stream that is copied, in order, in a stage of its own beside the writers: a hash, a check of the format.
/// </summary>
public interface IStreamTap
{
    /// <summary>Takes the next bytes. An exception fails the whole copy: the source is not what it should be.</summary>
    /// <param name="bytes">Valid during the call only.</param>
    void Append(ReadOnlySpan<byte> bytes);
}
