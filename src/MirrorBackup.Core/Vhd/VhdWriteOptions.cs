using MirrorBackup.Remotes;
using MirrorBackup.Vhd.Format;

namespace MirrorBackup.Vhd;

/// <summary>How a VHD is written.</summary>
public sealed record VhdWriteOptions
{
    /// <summary>The instant that the footer carries; the nearest that fits for one before 2000.</summary>
    public required DateTimeOffset Timestamp { get; init; }

    /// <summary>When a file must be durable. <see cref="WriteGrade.Stage"/> by default: nothing lists a disk before its backup's metadata is published.</summary>
    public WriteGrade Grade { get; init; } = WriteGrade.Stage;

    /// <summary>Whether a file that is already there makes the writer fail instead of being replaced.</summary>
    public bool MustBeNew { get; init; }

    /// <summary>The published vectors were made with other geometries.</summary>
    internal VhdGeometry Geometry { get; init; } = VhdGeometry.Maximum;

    /// <summary>Exports of a host leave a sector free before the table.</summary>
    internal int GapBeforeTable { get; init; }
}
