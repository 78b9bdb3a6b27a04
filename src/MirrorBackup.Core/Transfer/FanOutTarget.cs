namespace MirrorBackup.Transfer;

/// <summary>What a <see cref="FanOut"/> makes a branch of.</summary>
/// <param name="Name">For messages and results.</param>
/// <param name="Sink">Takes the blocks; disposed by the branch.</param>
/// <param name="Stop">Stops this branch alone.</param>
internal readonly record struct FanOutTarget(string Name, IFanOutSink Sink, CancellationToken Stop = default);
