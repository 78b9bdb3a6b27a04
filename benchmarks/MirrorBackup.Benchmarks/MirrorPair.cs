namespace MirrorBackup.Benchmarks;

/// <summary>From one form to another.</summary>
/// <param name="From">The form of the source.</param>
/// <param name="To">The form of the destination.</param>
public sealed record MirrorPair(SampleForm From, SampleForm To)
{
    /// <inheritdoc/>
    public override string ToString() => $"{From} to {To}";
}
