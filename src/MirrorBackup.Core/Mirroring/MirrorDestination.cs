using MirrorBackup.Backups;
using MirrorBackup.Remotes;
using MirrorBackup.Retention;

namespace MirrorBackup.Mirroring;

/// <summary>One destination of a job.</summary>
/// <param name="Remote">The remote; stays the caller's.</param>
/// <param name="Retention">What is kept there, per VM.</param>
public sealed record MirrorDestination(IRemote Remote, RetentionPolicy Retention)
{
    /// <summary>What it is called in plans and reports; unique in a job.</summary>
    /// <value>Default: the name of the remote.</value>
    public string Name { get; init; } = Remote.Name;

    /// <summary>
    /// The form in which incremental backups are written; full ones are always archives. A chain of another form that is there already stays as it is, and is
    /// continued by a key in this one.
    /// </summary>
    /// <value>
    /// <see langword="null"/>, the default: VHD files where the remote can update files in place, which merging them takes, and VHD directories in Brotli, as Xen
    /// Orchestra writes them, where it cannot.
    /// </value>
    public StorageForm? Form { get; init; }

    internal StorageForm EffectiveForm =>
        Form ?? (Remote.Capabilities.SupportsUpdate ? StorageForm.VhdFile : StorageForm.VhdDirectory(BlockCodec.Brotli));
}
