namespace MirrorBackup.Retention;

/// <summary>The lengths of time of long-term retention.</summary>
public enum RetentionPeriod
{
    /// <summary>Calendar days.</summary>
    Daily,

    /// <summary>Weeks that start on Sunday; week 1 of a year is the one with 1 January, in every time zone, as in Xen Orchestra.</summary>
    Weekly,

    /// <summary>Calendar months.</summary>
    Monthly,

    /// <summary>Calendar years.</summary>
    Yearly,
}
