using MirrorBackup.Remotes;

namespace MirrorBackup.Vhd.Merging;

/// <summary>What one VHD in the folder of a merge says of itself, a file or a directory.</summary>
/// <param name="Name">The file name.</param>
/// <param name="Id">The unique id.</param>
/// <param name="ParentId">The id of the parent that the header names; <see langword="null"/> for a key.</param>
/// <param name="ParentName">The file name of the parent; <see langword="null"/> for a key.</param>
internal sealed record MergeMember(string Name, Guid Id, Guid? ParentId, string? ParentName)
{
    /// <summary>The VHD directory that the alias names; <see langword="null"/> for a file.</summary>
    public RemotePath? DataPath { get; init; }

    /// <summary>The checksum of the footer.</summary>
    public uint FooterChecksum { get; init; }

    /// <summary>The checksum of the header.</summary>
    public uint HeaderChecksum { get; init; }
}
