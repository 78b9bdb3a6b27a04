namespace MirrorBackup.Tests;

/// <summary>Tests that count what the whole process does: none runs beside them.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
