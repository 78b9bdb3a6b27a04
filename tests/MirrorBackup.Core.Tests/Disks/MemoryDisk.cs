using MirrorBackup.Disks;

namespace MirrorBackup.Tests.Disks;

/// <summary>A revision of small blocks in memory: for each sector, one byte that fills it, or nothing.</summary>
internal sealed class MemoryDisk(Guid id, Guid? parentId, byte?[] sectors) : IVirtualDisk
{
    public const int SectorsPerBlock = 16;

    public string Name => id.ToString();

    public Guid Id => id;

    public Guid? ParentId => parentId;

    public long VirtualSize => sectors.Length * 512L;

    public int BlockSize => SectorsPerBlock * 512;

    public bool IsDisposed { get; private set; }

    /// <summary>A read of this block fails.</summary>
    public int? FailingBlock { get; init; }

    public IReadOnlyList<int> AllocatedBlocks =>
        [.. Enumerable.Range(0, (sectors.Length + SectorsPerBlock - 1) / SectorsPerBlock).Where(IsAllocated)];

    public bool IsAllocated(int blockIndex) =>
        blockIndex >= 0 && sectors.Skip(blockIndex * SectorsPerBlock).Take(SectorsPerBlock).Any(sector => sector is not null);

    public async ValueTask ReadBlockAsync(int blockIndex, Memory<byte> bitmap, Memory<byte> data, CancellationToken cancellationToken = default)
    {
        await Task.Yield();
        if (blockIndex == FailingBlock)
        {
            throw new CorruptBackupException($"{Name}: block {blockIndex}");
        }

        bitmap.Span[..2].Clear();
        data.Span.Clear();
        for (var sector = 0; sector < SectorsPerBlock; sector++)
        {
            var index = (blockIndex * SectorsPerBlock) + sector;
            if (index >= sectors.Length || sectors[index] is not null)
            {
                bitmap.Span[sector / 8] |= (byte)(0x80 >> (sector % 8));
                data.Span.Slice(sector * 512, 512).Fill(index < sectors.Length ? sectors[index]!.Value : (byte)0);
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return ValueTask.CompletedTask;
    }
}
