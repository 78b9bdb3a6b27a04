using MirrorBackup.Backups;
using MirrorBackup.Disks;
using MirrorBackup.Remotes;
using MirrorBackup.Vhd.Format;

namespace MirrorBackup.Vhd;

/// <summary>A revision that is stored as a VHD, and what it says of itself: a <see cref="VhdFile"/> or a <see cref="Directories.VhdDirectory"/>.</summary>
public interface IVhdDisk : IVirtualDisk
{
    /// <summary>The path in its remote by which others name the revision: the file, or the alias of a directory.</summary>
    RemotePath Path { get; }

    /// <summary>What it is stored as.</summary>
    StorageForm Form { get; }

    /// <summary>The footer.</summary>
    VhdFooter Footer { get; }

    /// <summary>The dynamic header; <see langword="null"/> in a fixed disk.</summary>
    VhdHeader? Header { get; }

    /// <summary>The parent's path relative to the folder of <see cref="Path"/>, as stored; <see langword="null"/> for a key, empty if a delta names none.</summary>
    string? ParentName { get; }

    /// <summary>
    /// Whether every stored block is known to be whole without a look at its bitmap, because of the program that wrote it (<c>formats/vhd.md</c> §1.8): only
    /// then may its bytes be passed on to where bitmaps are ignored.
    /// </summary>
    bool HasOnlyWholeBlocks { get; }
}
