using MirrorBackup.Remotes.Writing;

namespace MirrorBackup.Remotes.Memory;

/// <summary>Takes the bytes of an upload into memory.</summary>
internal sealed class MemoryFileWriter(MemoryFile file) : BlockPipeWriter
{
    protected override ValueTask StoreAsync(long offset, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        file.Write(offset, data.Span);
        return ValueTask.CompletedTask;
    }
}
