namespace MirrorBackup.Planning;

/// <summary>The bytes that a plan moves at one destination, by the sizes in the catalogues.</summary>
/// <param name="BytesToSend">Data that is sent, as it is before any compression: what compressed blocks have in their files no catalogue knows.</param>
/// <param name="BytesToMerge">Data that is written again by merges.</param>
/// <param name="BytesToFree">Data that is removed.</param>
/// <param name="PeakBytes">The most additional space that is used at any moment.</param>
/// <param name="IsUpperBound">Whether blocks are collapsed or compressed, so that it may be less.</param>
public sealed record PlanForecast(long BytesToSend, long BytesToMerge, long BytesToFree, long PeakBytes, bool IsUpperBound)
{
    /// <summary>
    /// Of <see cref="BytesToSend"/>, what is not taken apart on the way (<see cref="TransferWay.PassThrough"/>, <see cref="TransferWay.ReEncrypt"/>), which
    /// costs reading and writing only.
    /// </summary>
    public long BytesAsStored { get; init; }
}
