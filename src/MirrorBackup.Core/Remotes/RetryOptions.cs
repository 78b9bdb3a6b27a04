namespace MirrorBackup.Remotes;

/// <summary>How a <see cref="RetryingRemote"/> repeats what failed.</summary>
public sealed record RetryOptions
{
    /// <summary>The waits between tries; there is one try more than waits.</summary>
    /// <value>The default is 100, 200, 500, 1000 and 2000 ms, as in Xen Orchestra (<c>formats/repository.md</c> §2.3).</value>
    public IReadOnlyList<TimeSpan> Delays { get; init; } =
    [
        TimeSpan.FromMilliseconds(100),
        TimeSpan.FromMilliseconds(200),
        TimeSpan.FromMilliseconds(500),
        TimeSpan.FromMilliseconds(1000),
        TimeSpan.FromMilliseconds(2000),
    ];
}
