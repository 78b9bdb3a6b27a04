using System.Collections.Immutable;

namespace MirrorBackup.Testing.Simulation;

/// <summary>A change of a file that was not flushed: a write, or, without data, a new length.</summary>
internal readonly record struct FileChange(long Offset, long Length, ImmutableArray<SparseContent.Run> Data)
{
    private const int SectorBytes = 512;

    public SparseContent ApplyTo(SparseContent content) => Data.IsDefault ? content.SetLength(Offset) : content.Write(Offset, Length, Data);

    /// <summary>As much of it as survives a crash by chance: all, nothing, the first sectors, or only the length.</summary>
    public SparseContent ApplyTo(SparseContent content, Random chance)
    {
        switch (chance.Next(4))
        {
            case 0:
                return content;
            case 1 when !Data.IsDefault && Length > SectorBytes:
                var length = chance.NextInt64(1, (Length + SectorBytes - 1) / SectorBytes) * SectorBytes;
                var end = Offset + length;
                return content.Write(Offset, length, [.. Data.Select(run => run.Slice(0, end)).Where(static run => !run.Data.IsEmpty)]);
            case 2 when !Data.IsDefault && Offset + Length > content.Length:
                return content.SetLength(Offset + Length);
            default:
                return ApplyTo(content);
        }
    }
}
