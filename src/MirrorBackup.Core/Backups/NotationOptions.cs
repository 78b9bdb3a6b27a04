namespace MirrorBackup.Backups;

/// <summary>What letters do not say about the chain that <see cref="ChainNotation.Parse"/> makes of them.</summary>
public sealed record NotationOptions
{
    /// <summary>The mode.</summary>
    /// <value>The default is <see langword="null"/>: letters that are all in upper case, with no <c>*</c>, are full backups.</value>
    public BackupMode? Mode { get; init; }

    /// <summary>The VM.</summary>
    public string VmId { get; init; } = "vm";

    /// <summary>The job that wrote the points.</summary>
    public string JobId { get; init; } = "job";

    /// <summary>The schedule that wrote the points.</summary>
    public string ScheduleId { get; init; } = "schedule";

    /// <summary>The form in which incremental points are stored.</summary>
    public StorageForm Form { get; init; } = StorageForm.VhdFile;
}
