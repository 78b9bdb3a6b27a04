using MirrorBackup.Vhd.Format;

namespace MirrorBackup.Tests.Vhd.Format;

/// <summary>The identifiers and structures that the published vectors (<c>formats/vhd.md</c> §8) are made of.</summary>
internal static class VhdVectors
{
    public const long MiB = 1024 * 1024;

    public static Guid U1 { get; } = Guid.Parse("00000001-0000-4000-8000-000000000001");

    public static Guid U2 { get; } = Guid.Parse("00000002-0000-4000-8000-000000000002");

    public static VhdFooter Footer(VhdDiskType type = VhdDiskType.Dynamic, Guid? id = null, long size = 8 * MiB, uint timestamp = 0, VhdGeometry? geometry = null) =>
        VhdFooter.Create(id ?? U1, type, size, timestamp, geometry ?? new(241, 4, 17), VhdCreator.XenOrchestra);
}
