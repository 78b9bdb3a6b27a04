using System.Globalization;
using MirrorBackup.Remotes;

namespace MirrorBackup.Testing.Simulation;

/// <summary>One operation of a <see cref="SimulatedDisk"/>.</summary>
/// <param name="Index">How many came before it on this disk.</param>
/// <param name="Kind">What it does.</param>
/// <param name="Path">The file or directory, from the root of the disk.</param>
/// <param name="Target">The new name of a renamed file.</param>
/// <param name="Offset">The first byte of a write; the length that a file is given.</param>
/// <param name="Length">How many bytes are written.</param>
public readonly record struct DiskOperation(int Index, DiskOperationKind Kind, RemotePath Path, RemotePath Target = default, long Offset = 0, int Length = 0)
{
    /// <summary>The operation for a message.</summary>
    /// <returns>As in <c>#12 Write dst/a.vhd 512+1024</c>.</returns>
    public override string ToString() => Kind switch
    {
        DiskOperationKind.Write => string.Create(CultureInfo.InvariantCulture, $"#{Index} {Kind} {Path} {Offset}+{Length}"),
        DiskOperationKind.SetLength => string.Create(CultureInfo.InvariantCulture, $"#{Index} {Kind} {Path} {Offset}"),
        DiskOperationKind.Rename => string.Create(CultureInfo.InvariantCulture, $"#{Index} {Kind} {Path} → {Target}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"#{Index} {Kind} {Path}"),
    };
}
