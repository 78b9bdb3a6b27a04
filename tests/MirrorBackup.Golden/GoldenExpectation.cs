namespace MirrorBackup.Golden;

/// <summary>What is right for one destination after one step of a scenario.</summary>
/// <param name="Step">The number of the step.</param>
/// <param name="Destination">The folder of the destination: <c>dst</c>, <c>d1</c>, <c>d2</c>.</param>
/// <param name="Retention">How many points are kept.</param>
/// <param name="ShouldHold">The letters, all upper case, whether key or delta; <see langword="null"/> where the step is refused.</param>
/// <param name="DigestsExcluded">Letters, lower case, of points whose content is damaged already, so that digests say nothing.</param>
/// <param name="Expect">Words on what must happen, where letters cannot say it.</param>
public sealed record GoldenExpectation(int Step, string Destination, int Retention, string? ShouldHold, string DigestsExcluded, string? Expect);
