using System.Collections.Immutable;
using MirrorBackup.Backups;

namespace MirrorBackup.Planning;

/// <summary>
/// Which VMs a job handles. Tags are those that the VM had when it was backed up: of an incremental chain everything is handled if
/// one of its points matches, of full backups each one that does.
/// </summary>
public sealed record VmFilter
{
    /// <summary>Lets every VM pass.</summary>
    public static VmFilter All { get; } = new();

    /// <summary>The only VMs to handle; empty for all.</summary>
    public ImmutableArray<string> VmIds { get; init; } = [];

    /// <summary>Tags of which a VM must have at least one; empty for none required.</summary>
    public ImmutableArray<string> IncludeTags { get; init; } = [];

    /// <summary>Tags of which a VM must have none.</summary>
    public ImmutableArray<string> ExcludeTags { get; init; } = [];

    /// <summary>Whether a VM may pass, as far as its id alone says: what does not need not be read or locked.</summary>
    /// <param name="vmId">The VM.</param>
    /// <returns>Whether it may pass.</returns>
    public bool MatchesId(string vmId) => VmIds.IsEmpty || VmIds.Contains(vmId, StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether one backup of a VM passes.</summary>
    /// <param name="vmId">The VM.</param>
    /// <param name="tags">The tags that it had.</param>
    /// <returns>Whether it passes.</returns>
    public bool Matches(string vmId, ImmutableArray<string> tags) =>
        MatchesId(vmId)
        && (IncludeTags.IsEmpty || tags.Any(tag => IncludeTags.Contains(tag)))
        && !tags.Any(tag => ExcludeTags.Contains(tag));

    /// <summary>Whether anything of a chain passes.</summary>
    /// <param name="chain">The chain on the source.</param>
    /// <returns>Whether it passes; true for an empty chain whose VM passes.</returns>
    public bool Matches(BackupChain chain)
    {
        ArgumentNullException.ThrowIfNull(chain);
        return MatchesId(chain.VmId) && (chain.Points.IsEmpty || chain.Points.Any(point => Matches(chain.VmId, point.VmTags)));
    }
}
