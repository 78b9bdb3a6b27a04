namespace MirrorBackup.Fuzzing.Engine;

/// <summary>An input that broke the rule: success or one of our exceptions, within its time and memory.</summary>
/// <param name="Reason">What happened.</param>
/// <param name="Input">The bytes.</param>
/// <param name="Iteration">Which of the seed's inputs it is; -1 for one that was read from a file.</param>
internal sealed record FuzzFailure(string Reason, byte[] Input, long Iteration);
