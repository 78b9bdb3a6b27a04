namespace MirrorBackup.Vhd.Format;

/// <summary>
/// Seconds since 2000-01-01T00:00:00Z. Xen Orchestra stores seconds since 1970 in their place, so that its dates read 30 years late; no
/// reader acts on them.
/// </summary>
internal static class VhdTimestamp
{
    private static readonly DateTimeOffset Epoch = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>What to store for an instant; the nearest that fits for one before 2000 or after 2136.</summary>
    public static uint FromInstant(DateTimeOffset instant) => (uint)Math.Clamp((instant - Epoch).Ticks / TimeSpan.TicksPerSecond, 0, uint.MaxValue);

    public static DateTimeOffset ToInstant(uint seconds) => Epoch.AddSeconds(seconds);
}
