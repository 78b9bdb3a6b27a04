using MirrorBackup.Disks;
using MirrorBackup.Vhd;

namespace MirrorBackup.Tests.Disks;

/// <summary>A revision that says that it holds every block, and has none to read.</summary>
internal sealed class ClaimingDisk(Guid id, Guid? parentId, int blocks) : IVirtualDisk
{
    public string Name => id.ToString();

    public Guid Id => id;

    public Guid? ParentId => parentId;

    public long VirtualSize => (long)blocks * BlockSize;

    public int BlockSize => 2 << 20;

    public IReadOnlyList<int> AllocatedBlocks { get; } = new BlockRange(blocks);

    public bool IsAllocated(int blockIndex) => blockIndex >= 0 && blockIndex < blocks;

    public ValueTask ReadBlockAsync(int blockIndex, Memory<byte> bitmap, Memory<byte> data, CancellationToken cancellationToken = default) =>
        throw new CorruptBackupException($"{Name}: block {blockIndex} is not there.", ErrorCodes.MissingBlock);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
