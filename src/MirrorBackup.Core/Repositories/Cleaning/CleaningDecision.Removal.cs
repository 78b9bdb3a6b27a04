using MirrorBackup.Backups;
using MirrorBackup.Vhd.Directories;

namespace MirrorBackup.Repositories.Cleaning;

/// <content>What nothing lists.</content>
internal sealed partial class CleaningDecision
{
    private IEnumerable<CleaningFinding> Unlisted() =>
        from mode in (BackupMode[])[BackupMode.Full, BackupMode.Incremental]
        from revision in _catalogue.Chain(mode).Revisions
        where !_needs.IsListed(revision.Path) && !_needs.IsMerging(revision.Path)
        select Unlisted(_catalogue.Chain(mode), revision);

    private CleaningFinding Unlisted(BackupChain chain, DiskRevision revision)
    {
        if (_needs.IsNeeded(revision.Path))
        {
            return Report(CleaningKind.UnlistedAncestor, revision.Path, "No restore point lists it, and a listed one stands on it.");
        }

        var isArchive = revision.Form.Kind == StorageKind.Archive;
        var kind = isArchive ? CleaningKind.ArchiveWithoutMetadata : CleaningKind.OrphanDisk;
        var reason = revision.Defect is null ? "No restore point lists or needs it." : $"No restore point lists or needs it, and it does not open: {revision.Defect}";
        var finding = Report(kind, revision.Path, reason);
        finding = isArchive || finding.Bytes >= revision.AllocatedBytes || revision.Form == StorageForm.VhdFile ? finding : finding with { Bytes = revision.AllocatedBytes };
        return Remove(finding, _needs.DoubtIn(revision.Directory) ?? OrphanDoubt(chain, revision) ?? Youth(revision.Path));
    }

    private string? OrphanDoubt(BackupChain chain, DiskRevision revision) =>
        _needs.IsWanted(revision.Id) ? "it has the id of a disk that is missing"
        : !revision.IsReadable && revision.ParentId is null && !_snapshot.ProvenBroken.Contains(revision.Path) ? "it is not certain that it is damaged"
        : LossDoubt(chain);

    private string? LossDoubt(BackupChain chain) => chain.Points.IsEmpty && !_rules.IsReversible
        ? "the VM has no restore point of its kind at all, so that their metadata may have been lost; a quarantine moves it aside"
        : null;

    private IEnumerable<CleaningFinding> Strays()
    {
        foreach (var stray in _catalogue.StrayFiles)
        {
            var finding = Report(KindOf(stray.Kind), stray.Path, ReasonOf(stray.Kind));
            finding = finding.Bytes == 0 ? finding with { Bytes = stray.Length } : finding;
            switch (stray.Kind)
            {
                case StrayFileKind.Foreign:
                    yield return finding;
                    break;
                case StrayFileKind.Temporary:
                    yield return Remove(finding, Youth(stray.Path));
                    break;
                case StrayFileKind.Checksum:
                    var owner = stray.Path[..^RepositoryPaths.ChecksumEnding.Length];
                    yield return Remove(
                        finding, _needs.VmDoubt ?? (IsListedArchive(owner) ? $"{owner} is listed and missing" : Youth(stray.Path)));
                    break;
                case StrayFileKind.Copy:
                    yield return Remove(
                        finding,
                        _needs.DoubtIn(VmNeeds.DirectoryOf(stray.Path)) ?? (_needs.IsMerging(stray.Path) ? "an unfinished merge names it" : null)
                            ?? (_snapshot.RicherCopies.Contains(stray.Path) ? "it holds blocks that the other has not" : Youth(stray.Path)));
                    break;
                case StrayFileKind.UnclaimedDirectory:
                    if (!_snapshot.LostDirectories.ContainsValue(stray.Path) && !_snapshot.Transfers.Any(transfer => IsResumable(transfer) && transfer.DataPath == stray.Path))
                    {
                        yield return Remove(finding, DirectoryDoubt(stray.Path) ?? Youth(stray.Path));
                    }

                    break;
                default:
                    throw new System.Diagnostics.UnreachableException();
            }
        }
    }

    private IEnumerable<CleaningFinding> Transfers() => _snapshot.Transfers.Select(transfer =>
    {
        var path = "/" + transfer.RecordPath;
        if (IsResumable(transfer))
        {
            return new CleaningFinding(
                CleaningKind.InterruptedTransfer, _catalogue.VmId, path, $"A transfer to {transfer.DataPath} was interrupted; the next mirror goes on with it, or removes it.")
            {
                Bytes = BytesOf(transfer.DataPath!),
            };
        }

        var reason = transfer.DataPath is null ? "The record of a transfer cannot be understood."
            : transfer.IsPublished ? $"The transfer to {transfer.DataPath} has ended."
            : $"Nothing is left of the transfer to {transfer.DataPath}.";
        var doubt = _snapshot.Now - transfer.Item.LastModified < _rules.MinimumAge ? $"it changed less than {Hours(_rules.MinimumAge)} ago" : null;
        return Remove(new CleaningFinding(CleaningKind.StaleTransfer, _catalogue.VmId, path, reason) { Bytes = transfer.Item.Bytes }, doubt);
    });

    private static bool IsResumable(StagedLeftover transfer) => transfer is { DataPath: not null, HasData: true, IsPublished: false };

    private bool IsListedArchive(string path) => _catalogue.Chain(BackupMode.Full).IsListed(path);

    private string? DirectoryDoubt(string path)
    {
        var parent = VmNeeds.DirectoryOf(path);
        var folder = parent.EndsWith("/" + VhdAlias.DataFolder, StringComparison.Ordinal) ? VmNeeds.DirectoryOf(parent) : parent;
        return _needs.DoubtIn(folder) ?? LossDoubt(_catalogue.Chain(BackupMode.Incremental))
            ?? (_catalogue.Chain(BackupMode.Incremental).PendingMerges.Any(merge => VmNeeds.DirectoryOf(merge.StatePath) == folder) ? "a merge in its folder has not ended" : null)
            ?? (_snapshot.DeadAliases.FirstOrDefault(alias => VmNeeds.DirectoryOf(alias) == folder) is { } dead ? $"{dead} leads nowhere and may be meant for it" : null);
    }

    private static CleaningKind KindOf(StrayFileKind kind) => kind switch
    {
        StrayFileKind.Foreign => CleaningKind.Foreign,
        StrayFileKind.Temporary => CleaningKind.TemporaryFile,
        StrayFileKind.Copy => CleaningKind.DuplicateDisk,
        StrayFileKind.Checksum => CleaningKind.OrphanChecksum,
        StrayFileKind.UnclaimedDirectory => CleaningKind.UnclaimedDirectory,
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static string ReasonOf(StrayFileKind kind) => kind switch
    {
        StrayFileKind.Foreign => "It is not part of a repository.",
        StrayFileKind.Temporary => "A file that was being written.",
        StrayFileKind.Copy => "It has the id of another disk of its folder, and nothing lists or needs it.",
        StrayFileKind.Checksum => "The checksum of a file that is not there, or that has none.",
        StrayFileKind.UnclaimedDirectory => "A VHD directory that no alias of its folder names.",
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
