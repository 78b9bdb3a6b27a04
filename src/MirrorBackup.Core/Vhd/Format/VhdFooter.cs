using System.Buffers.Binary;

namespace MirrorBackup.Vhd.Format;

/// <summary>
/// The footer of a VHD, 512 bytes (<c>formats/vhd.md</c> §1.2): what the disk is. Immutable; the raw bytes are kept, so that what has no property here
/// survives a change.
/// </summary>
public sealed partial class VhdFooter
{
    /// <summary>Bytes of a footer.</summary>
    public const int Size = 512;

    internal const ulong NoOffset = ulong.MaxValue;
    internal const ulong UsualDataOffset = 512;

    private const uint SupportedVersion = 0x00010000;
    private const uint ReservedFeature = 2;

    private readonly byte[] _raw;

    private VhdFooter(byte[] raw) => _raw = raw;

    /// <summary>The 512 bytes as they are stored.</summary>
    public ReadOnlySpan<byte> Bytes => _raw;

    /// <summary>Where the dynamic header lies, in bytes: 512, or all ones in a fixed disk.</summary>
    public ulong DataOffset => ReadUInt64(VhdFooterOffsets.DataOffset);

    /// <summary>Seconds since 2000; see <see cref="CreatedAt"/>.</summary>
    public uint Timestamp => ReadUInt32(VhdFooterOffsets.Timestamp);

    /// <summary><see cref="Timestamp"/> as an instant. Files that Xen Orchestra wrote read 30 years late.</summary>
    public DateTimeOffset CreatedAt => VhdTimestamp.ToInstant(Timestamp);

    /// <summary>Which program wrote the file.</summary>
    public VhdCreator Creator => new(
        ReadUInt32(VhdFooterOffsets.CreatorApplication),
        ReadUInt32(VhdFooterOffsets.CreatorVersion),
        ReadUInt32(VhdFooterOffsets.CreatorHostSystem));

    /// <summary>Bytes when the disk was created; at most <see cref="CurrentSize"/>.</summary>
    public long OriginalSize => (long)ReadUInt64(VhdFooterOffsets.OriginalSize);

    /// <summary>Bytes that the guest sees: the size of the disk.</summary>
    public long CurrentSize => (long)ReadUInt64(VhdFooterOffsets.CurrentSize);

    /// <summary>The geometry; never used as a size here.</summary>
    public VhdGeometry Geometry => new(
        BinaryPrimitives.ReadUInt16BigEndian(_raw.AsSpan(VhdFooterOffsets.Cylinders)),
        _raw[VhdFooterOffsets.Heads],
        _raw[VhdFooterOffsets.SectorsPerTrack]);

    /// <summary>The kind of disk: fixed, dynamic or differencing.</summary>
    public VhdDiskType DiskType => (VhdDiskType)ReadUInt32(VhdFooterOffsets.DiskType);

    /// <summary>The stored checksum.</summary>
    public uint Checksum => ReadUInt32(VhdFooterOffsets.Checksum);

    /// <summary>The unique id of the revision, its bytes in text order. Any 16 bytes are an id.</summary>
    public Guid UniqueId => new(_raw.AsSpan(VhdFooterOffsets.UniqueId, 16), bigEndian: true);

    /// <summary>Whether the bytes are all the same.</summary>
    /// <param name="other">Another footer.</param>
    /// <returns>True if they are.</returns>
    public bool HasSameBytes(VhdFooter other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Bytes.SequenceEqual(other.Bytes);
    }

    /// <summary>Makes the footer of a new disk.</summary>
    /// <param name="uniqueId">The id of the revision.</param>
    /// <param name="diskType">Dynamic, differencing or fixed.</param>
    /// <param name="sizeBytes">The size of the disk.</param>
    /// <param name="timestamp">Seconds since 2000.</param>
    /// <param name="geometry">Normally <see cref="VhdGeometry.Maximum"/>.</param>
    /// <param name="creator">Normally <see cref="VhdCreator.XenOrchestra"/>.</param>
    /// <returns>The footer, its checksum computed.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The size is negative.</exception>
    internal static VhdFooter Create(Guid uniqueId, VhdDiskType diskType, long sizeBytes, uint timestamp, VhdGeometry geometry, VhdCreator creator)
    {
        var raw = new byte[Size];
        "conectix"u8.CopyTo(raw);
        WriteUInt32(raw, VhdFooterOffsets.Features, ReservedFeature);
        WriteUInt32(raw, VhdFooterOffsets.FormatVersion, SupportedVersion);
        WriteUInt64(raw, VhdFooterOffsets.DataOffset, diskType == VhdDiskType.Fixed ? NoOffset : UsualDataOffset);
        WriteUInt32(raw, VhdFooterOffsets.CreatorApplication, creator.Application);
        WriteUInt32(raw, VhdFooterOffsets.CreatorVersion, creator.Version);
        WriteUInt32(raw, VhdFooterOffsets.CreatorHostSystem, creator.HostSystem);
        return new VhdFooter(raw).With(new VhdFooterChanges
        {
            Timestamp = timestamp,
            OriginalSize = sizeBytes,
            CurrentSize = sizeBytes,
            Geometry = geometry,
            DiskType = diskType,
            UniqueId = uniqueId,
        });
    }

    /// <summary>Makes a footer that differs in some fields; every other byte stays, the checksum is computed anew.</summary>
    /// <param name="changes">The fields to replace.</param>
    /// <returns>The other footer.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A size is negative.</exception>
    internal VhdFooter With(VhdFooterChanges changes)
    {
        ArgumentNullException.ThrowIfNull(changes);
        ArgumentOutOfRangeException.ThrowIfNegative(changes.OriginalSize ?? 0, nameof(changes));
        ArgumentOutOfRangeException.ThrowIfNegative(changes.CurrentSize ?? 0, nameof(changes));
        var raw = _raw.AsSpan().ToArray();
        WriteUInt32(raw, VhdFooterOffsets.Timestamp, changes.Timestamp ?? Timestamp);
        WriteUInt64(raw, VhdFooterOffsets.OriginalSize, (ulong)(changes.OriginalSize ?? OriginalSize));
        WriteUInt64(raw, VhdFooterOffsets.CurrentSize, (ulong)(changes.CurrentSize ?? CurrentSize));
        WriteUInt32(raw, VhdFooterOffsets.DiskType, (uint)(changes.DiskType ?? DiskType));
        var geometry = changes.Geometry ?? Geometry;
        BinaryPrimitives.WriteUInt16BigEndian(raw.AsSpan(VhdFooterOffsets.Cylinders), geometry.Cylinders);
        raw[VhdFooterOffsets.Heads] = geometry.Heads;
        raw[VhdFooterOffsets.SectorsPerTrack] = geometry.SectorsPerTrack;
        (changes.UniqueId ?? UniqueId).TryWriteBytes(raw.AsSpan(VhdFooterOffsets.UniqueId), bigEndian: true, out _);
        VhdChecksum.Write(raw, VhdFooterOffsets.Checksum);
        return new VhdFooter(raw);
    }

    private static void WriteUInt32(byte[] raw, int offset, uint value) => BinaryPrimitives.WriteUInt32BigEndian(raw.AsSpan(offset), value);

    private static void WriteUInt64(byte[] raw, int offset, ulong value) => BinaryPrimitives.WriteUInt64BigEndian(raw.AsSpan(offset), value);

    private uint ReadUInt32(int offset) => BinaryPrimitives.ReadUInt32BigEndian(_raw.AsSpan(offset));

    private ulong ReadUInt64(int offset) => BinaryPrimitives.ReadUInt64BigEndian(_raw.AsSpan(offset));
}
