using System.Collections.Immutable;
using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace MirrorBackup.Testing.Simulation;

/// <summary>The bytes of a file, of which only those in pieces that are not all zeros take memory. Immutable, so that the states of a disk share it.</summary>
internal sealed class SparseContent
{
    private const int PieceBytes = 4096;

    private readonly ImmutableArray<Run> _runs;
    private UInt128? _hash;

    private SparseContent(long length, ImmutableArray<Run> runs) => (Length, _runs) = (length, runs);

    public static SparseContent Empty { get; } = new(0, []);

    public long Length { get; }

    /// <summary>Equal for equal bytes that were written in the same way.</summary>
    public UInt128 Hash => _hash ??= ComputeHash();

    /// <summary>Copies what is not zero of some bytes.</summary>
    public static ImmutableArray<Run> Capture(long offset, ReadOnlySpan<byte> data)
    {
        var runs = ImmutableArray.CreateBuilder<Run>();
        for (var position = 0; position < data.Length;)
        {
            var zeros = data[position..].IndexOfAnyExcept((byte)0);
            if (zeros < 0)
            {
                break;
            }

            position += zeros / PieceBytes * PieceBytes;
            var end = position;
            while (end < data.Length && data.Slice(end, Math.Min(PieceBytes, data.Length - end)).ContainsAnyExcept((byte)0))
            {
                end = Math.Min(end + PieceBytes, data.Length);
            }

            runs.Add(new Run(offset + position, data[position..end].ToArray()));
            position = end;
        }

        return runs.ToImmutable();
    }

    public int Read(long offset, Span<byte> buffer)
    {
        var count = (int)Math.Clamp(Length - offset, 0, buffer.Length);
        buffer = buffer[..count];
        buffer.Clear();
        foreach (var run in _runs)
        {
            var part = run.Slice(offset, offset + count);
            part.Data.Span.CopyTo(part.Data.IsEmpty ? [] : buffer[(int)(part.Offset - offset)..]);
        }

        return count;
    }

    /// <summary>With a range replaced.</summary>
    /// <param name="offset">Its first byte.</param>
    /// <param name="length">How long it is.</param>
    /// <param name="data">What of it is not zero, in order.</param>
    public SparseContent Write(long offset, long length, ImmutableArray<Run> data)
    {
        var runs = ImmutableArray.CreateBuilder<Run>(_runs.Length + data.Length + 1);
        AddParts(runs, 0, offset);
        runs.AddRange(data);
        AddParts(runs, offset + length, long.MaxValue);
        return new SparseContent(Math.Max(Length, offset + length), runs.ToImmutable());
    }

    public SparseContent SetLength(long length)
    {
        var runs = ImmutableArray.CreateBuilder<Run>(_runs.Length);
        AddParts(runs, 0, length);
        return new SparseContent(length, runs.ToImmutable());
    }

    private void AddParts(ImmutableArray<Run>.Builder runs, long from, long to)
    {
        foreach (var run in _runs)
        {
            if (run.Slice(from, to) is { Data.IsEmpty: false } part)
            {
                runs.Add(part);
            }
        }
    }

    private UInt128 ComputeHash()
    {
        var hash = new XxHash128();
        hash.Append(MemoryMarshal.AsBytes(new ReadOnlySpan<long>([Length])));
        foreach (var run in _runs)
        {
            hash.Append(MemoryMarshal.AsBytes(new ReadOnlySpan<long>([run.Offset, run.Data.Length])));
            hash.Append(run.Data.Span);
        }

        return hash.GetCurrentHashAsUInt128();
    }

    /// <summary>Bytes that are not all zeros.</summary>
    public readonly record struct Run(long Offset, ReadOnlyMemory<byte> Data)
    {
        /// <summary>What of it lies in a range.</summary>
        public Run Slice(long from, long to)
        {
            var start = Math.Clamp(from - Offset, 0, Data.Length);
            var end = Math.Clamp(to - Offset, start, Data.Length);
            return new Run(Offset + start, Data[(int)start..(int)end]);
        }
    }
}
