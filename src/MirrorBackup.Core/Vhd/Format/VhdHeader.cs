using System.Buffers.Binary;

namespace MirrorBackup.Vhd.Format;

/// <summary>
/// The header of a dynamic or differencing VHD, 1024 bytes (<c>formats/vhd.md</c> §1.3): how its blocks are found, and who its parent is. Immutable; the
/// raw bytes are kept, so that what has no property here survives a change.
/// </summary>
public sealed partial class VhdHeader
{
    /// <summary>Bytes of a header.</summary>
    public const int Size = 1024;

    /// <summary>The data bytes per block that Xen Orchestra writes and requires, as we do when writing.</summary>
    public const int UsualBlockSize = 2 * 1024 * 1024;

    /// <summary>The most UTF-16 units that <see cref="ParentName"/> can have.</summary>
    internal const int MaximumParentNameLength = 256;

    private const uint SupportedVersion = 0x00010000;

    private readonly byte[] _raw;

    private VhdHeader(byte[] raw) => _raw = raw;

    /// <summary>The 1024 bytes as they are stored.</summary>
    public ReadOnlySpan<byte> Bytes => _raw;

    /// <summary>Where the block allocation table lies, bytes from the start of the file.</summary>
    public long TableOffset => BinaryPrimitives.ReadInt64BigEndian(_raw.AsSpan(VhdHeaderOffsets.TableOffset));

    /// <summary>Entries of the block allocation table; may be more than the size needs.</summary>
    public long MaximumTableEntries => ReadUInt32(VhdHeaderOffsets.MaximumTableEntries);

    /// <summary>Bytes of data per block, without the bitmap; a power of two from 512 bytes to 16 MiB.</summary>
    public int BlockSize => (int)ReadUInt32(VhdHeaderOffsets.BlockSize);

    /// <summary>The stored checksum.</summary>
    public uint Checksum => ReadUInt32(VhdHeaderOffsets.Checksum);

    /// <summary>The unique id of the parent; all zeros in a key.</summary>
    public Guid ParentUniqueId => new(_raw.AsSpan(VhdHeaderOffsets.ParentUniqueId, 16), bigEndian: true);

    /// <summary>The path of the parent relative to this file; empty in a key.</summary>
    public string ParentName { get; private init; } = "";

    internal ParentLocator ReadLocator(int index) => ParentLocator.Read(_raw.AsSpan(VhdHeaderOffsets.ParentLocators + (index * ParentLocator.Size)));

    /// <summary>Makes the header of a new disk; the table lies directly behind it.</summary>
    /// <param name="maximumTableEntries">Blocks that the disk can have.</param>
    /// <param name="parentUniqueId">The parent's id; <see langword="null"/> for a key.</param>
    /// <param name="parentName">The parent's relative path; <see langword="null"/> for a key.</param>
    /// <param name="tableOffset">Where the table lies, in bytes.</param>
    /// <returns>The header, its checksum computed.</returns>
    /// <exception cref="UnsupportedBackupException">The path is longer than a header can hold; it is never cut.</exception>
    internal static VhdHeader Create(long maximumTableEntries, Guid? parentUniqueId = null, string? parentName = null, long tableOffset = VhdFooter.Size + Size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maximumTableEntries);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maximumTableEntries, uint.MaxValue);
        var raw = new byte[Size];
        "cxsparse"u8.CopyTo(raw);
        BinaryPrimitives.WriteUInt64BigEndian(raw.AsSpan(VhdHeaderOffsets.DataOffset), VhdFooter.NoOffset);
        BinaryPrimitives.WriteInt64BigEndian(raw.AsSpan(VhdHeaderOffsets.TableOffset), tableOffset);
        WriteUInt32(raw, VhdHeaderOffsets.HeaderVersion, SupportedVersion);
        WriteUInt32(raw, VhdHeaderOffsets.BlockSize, UsualBlockSize);
        return new VhdHeader(raw).With(maximumTableEntries, parentUniqueId ?? Guid.Empty, parentName ?? "");
    }

    /// <summary>Makes a header that differs in some fields; every other byte stays, the checksum is computed anew.</summary>
    /// <param name="maximumTableEntries">Blocks that the disk can have; <see langword="null"/> to keep.</param>
    /// <param name="parentUniqueId">The parent's id; <see langword="null"/> to keep.</param>
    /// <param name="parentName">The parent's relative path; <see langword="null"/> to keep.</param>
    /// <returns>The other header.</returns>
    /// <exception cref="UnsupportedBackupException">The path is longer than a header can hold; it is never cut.</exception>
    internal VhdHeader With(long? maximumTableEntries = null, Guid? parentUniqueId = null, string? parentName = null)
    {
        var raw = _raw.AsSpan().ToArray();
        WriteUInt32(raw, VhdHeaderOffsets.MaximumTableEntries, checked((uint)(maximumTableEntries ?? MaximumTableEntries)));
        (parentUniqueId ?? ParentUniqueId).TryWriteBytes(raw.AsSpan(VhdHeaderOffsets.ParentUniqueId), bigEndian: true, out _);
        if (parentName is not null)
        {
            WriteParentName(raw, parentName);
        }

        VhdChecksum.Write(raw, VhdHeaderOffsets.Checksum);
        return new VhdHeader(raw) { ParentName = parentName ?? ParentName };
    }

    /// <summary>Makes a header without the parent locators whose data lies, in whole or in part, in a range; the data itself is the caller's concern.</summary>
    /// <param name="start">The first byte of the range, from the start of the file.</param>
    /// <param name="end">The first byte behind it.</param>
    /// <returns>The other header; this one if there are none.</returns>
    internal VhdHeader WithoutLocators(long start, long end)
    {
        var raw = _raw;
        for (var i = 0; i < ParentLocator.Count; i++)
        {
            if (ReadLocator(i) is { IsUsed: true } locator && locator.DataOffset < end && locator.DataOffset + locator.SpaceBytes > start)
            {
                raw = ReferenceEquals(raw, _raw) ? _raw.AsSpan().ToArray() : raw;
                raw.AsSpan(VhdHeaderOffsets.ParentLocators + (i * ParentLocator.Size), ParentLocator.Size).Clear();
            }
        }

        if (ReferenceEquals(raw, _raw))
        {
            return this;
        }

        VhdChecksum.Write(raw, VhdHeaderOffsets.Checksum);
        return new VhdHeader(raw) { ParentName = ParentName };
    }

    private static void WriteParentName(byte[] raw, string name)
    {
        if (name.Length > MaximumParentNameLength)
        {
            throw new UnsupportedBackupException(
                $"A VHD header holds at most {MaximumParentNameLength} characters of a parent's name, {name.Length} were given: {name}");
        }

        var field = raw.AsSpan(VhdHeaderOffsets.ParentUnicodeName, MaximumParentNameLength * sizeof(char));
        field.Clear();
        for (var i = 0; i < name.Length; i++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(field[(i * sizeof(char))..], name[i]);
        }
    }

    private static void WriteUInt32(byte[] raw, int offset, uint value) => BinaryPrimitives.WriteUInt32BigEndian(raw.AsSpan(offset), value);

    private uint ReadUInt32(int offset) => BinaryPrimitives.ReadUInt32BigEndian(_raw.AsSpan(offset));
}
