namespace MirrorBackup.Planning;

/// <summary>The bytes that a plan moves at one destination, by the sizes in the catalogues.</summary>
/// <param name="BytesToSend">Data that is sent, as it is before any compression: what compressed blocks have in their files no catalogue knows.</param>
/// <param name="BytesToMerge">Data that is written again by merges.</param>
/// <param name="BytesToFree">Data that is removed.</param>
/// <param name="PeakBytes">The most additional space that is used at any moment.</param>
/// <param name="IsUpperBound">Whether blocks are collapsed or compressed, so that it may be less.</param>
public sealed record PlanForecast(long BytesToSend, long BytesToMerge, long BytesToFree, long PeakBytes, bool IsUpperBound)
{
    /// <summary>Of <see cref="BytesToSend"/>, what moves as it is stored (<see cref="TransferWay.PassThrough"/>).</summary>
    public long BytesPassedThrough { get; init; }

    /// <summary>Of <see cref="BytesToSend"/>, what is only decrypted or encrypted (<see cref="TransferWay.ReEncrypt"/>).</summary>
    public long BytesReEncrypted { get; init; }

    /// <summary>Of <see cref="BytesToSend"/>, what is compressed anew (<see cref="TransferWay.Recode"/>).</summary>
    public long BytesRecoded { get; init; }

    /// <summary>Of <see cref="BytesToSend"/>, what becomes another kind of storage (<see cref="TransferWay.Convert"/>).</summary>
    public long BytesConverted { get; init; }

    /// <summary>
    /// Of <see cref="BytesToSend"/>, what is not taken apart on the way: <see cref="BytesPassedThrough"/> and <see cref="BytesReEncrypted"/>, which cost
    /// reading and writing only.
    /// </summary>
    public long BytesAsStored => BytesPassedThrough + BytesReEncrypted;

    /// <summary>The part of <see cref="BytesToSend"/> that takes a way.</summary>
    internal long BytesBy(TransferWay way) => way switch
    {
        TransferWay.PassThrough => BytesPassedThrough,
        TransferWay.ReEncrypt => BytesReEncrypted,
        TransferWay.Recode => BytesRecoded,
        _ => BytesConverted,
    };
}
