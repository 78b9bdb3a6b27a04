using MirrorBackup.Planning;

namespace MirrorBackup.Mirroring;

/// <summary>One revision on its way to one destination.</summary>
internal sealed record RevisionCopy(RoundPart Part, DiskTransfer Transfer)
{
    public DestinationRun Destination => Part.Destination;

    public Remotes.RemotePath TargetPath => Destination.Folder / Transfer.TargetPath;
}
