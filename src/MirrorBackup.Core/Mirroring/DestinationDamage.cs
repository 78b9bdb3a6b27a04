using MirrorBackup.Backups;
using MirrorBackup.Planning;
using MirrorBackup.Remotes;
using MirrorBackup.Repositories;

namespace MirrorBackup.Mirroring;

/// <summary>
/// The disks and archives of a VM at a destination that open and whose content cannot be read, which only reading them shows. They count as unreadable
/// until they are written again. One caller at a time.
/// </summary>
internal sealed class DestinationDamage
{
    private readonly Dictionary<string, string> _defects = new(StringComparer.Ordinal);

    public int Count => _defects.Count;

    /// <summary>What was found, one sentence for each.</summary>
    public List<string> Messages { get; } = [];

    /// <summary>Reads everything.</summary>
    /// <param name="remote">The destination.</param>
    /// <param name="chain">What it holds.</param>
    /// <param name="goesOn">Called whenever something was read.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public async Task FindAsync(IRemote remote, BackupChain chain, Action goesOn, CancellationToken cancellationToken)
    {
        var folder = RepositoryPaths.VmFolder(chain.VmId);
        foreach (var revision in chain.Revisions)
        {
            if (revision.IsReadable
                && await RevisionContent.FindDefectAsync(remote, folder, revision, _ => goesOn(), cancellationToken).ConfigureAwait(false) is { } defect)
            {
                _defects[revision.Path] = defect;
                Messages.Add($"{revision.Path} opens and cannot be read whole: {defect}");
            }
        }
    }

    /// <summary>The chain of a catalogue, what was found included.</summary>
    public BackupChain In(BackupChain chain) => _defects.Count == 0 ? chain : BackupChain.From(new DefectiveChain(chain, _defects));

    /// <summary>Takes note of what a step has written anew.</summary>
    public void Forget(MirrorStep step)
    {
        foreach (var disk in StepPoints.DisksOf(step))
        {
            _defects.Remove(disk.TargetPath);
        }
    }
}
