namespace MirrorBackup.Remotes;

/// <summary>What became of the wish that the storage copies a range of a file by itself (<see cref="IRemoteFile.TryCopyToAsync"/>).</summary>
/// <param name="IsDone">Whether all of the range was appended; otherwise nothing was, and its bytes have to be read and written.</param>
/// <param name="Refusal">Why nothing was, for logs: no path, no secret. <see langword="null"/> if it was.</param>
public readonly record struct RangeCopy(bool IsDone, string? Refusal)
{
    /// <summary>All of it was appended.</summary>
    public static RangeCopy Done { get; } = new(true, null);

    /// <summary>Nothing was appended.</summary>
    /// <param name="reason">Why.</param>
    /// <returns>The result.</returns>
    public static RangeCopy Refused(string reason) => new(false, reason);
}
