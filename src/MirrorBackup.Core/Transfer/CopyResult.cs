using System.Collections.Immutable;

namespace MirrorBackup.Transfer;

/// <summary>What became of a copy: a failing target is a value here, and no matter for its siblings.</summary>
public sealed record CopyResult
{
    /// <summary>One per target, in the order of the call.</summary>
    public required ImmutableArray<CopyOutcome> Outcomes { get; init; }

    /// <summary>Bytes of content that were read from the source.</summary>
    public required long BytesRead { get; init; }

    /// <summary>
    /// Why no target could get anything: the source could not be read, or its verification failed. <see langword="null"/> if it was read and
    /// verified, or if reading ended early because every target had left.
    /// </summary>
    public Exception? SourceError { get; init; }

    /// <summary>
    /// The digest of the content of a disk; <see langword="null"/> for a stream, without <see cref="CopyOptions.Digest"/>, for a source that was not read to
    /// its end, and where blocks were not decoded.
    /// </summary>
    public RevisionDigest? Digest { get; init; }

    /// <summary>The digest of what travelled where blocks were not decoded.</summary>
    internal TravelDigest? Travelled { get; init; }

    /// <summary>Whether every target has everything.</summary>
    public bool Succeeded => SourceError is null && Outcomes.All(static outcome => outcome.Succeeded);
}
