namespace MirrorBackup.Tests.Cleaning;

/// <summary>Whether a disk opens.</summary>
internal enum DrawnDamage
{
    None,

    /// <summary>Its own content is no disk.</summary>
    Proven,

    /// <summary>It does not open, and why is not certain.</summary>
    Doubtful,
}
