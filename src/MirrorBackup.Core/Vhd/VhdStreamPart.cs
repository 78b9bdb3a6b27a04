namespace MirrorBackup.Vhd;

/// <summary>A part of a VHD that is to be written, see <see cref="VhdStreamDescription"/>.</summary>
internal abstract record VhdStreamPart
{
    private protected VhdStreamPart(long length) => Length = length;

    /// <summary>Bytes that the part takes.</summary>
    public long Length { get; }

    /// <summary>Bytes that are known now.</summary>
    public sealed record Bytes(ReadOnlyMemory<byte> Content) : VhdStreamPart(Content.Length);

    /// <summary>Blocks to copy from the disk, one after the other, each with a bitmap of ones before it.</summary>
    public sealed record Copy(IReadOnlyList<int> Blocks, int StoredBytesPerBlock) : VhdStreamPart((long)Blocks.Count * StoredBytesPerBlock);

    /// <summary>Zeros.</summary>
    public sealed record Zeros(long Count) : VhdStreamPart(Count);
}
