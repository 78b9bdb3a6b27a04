using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using System.IO.Hashing;
using System.Text;

namespace MirrorBackup.Backups;

/// <summary>
/// One hash of many fields, each with its length, so that no two lists of fields run together. It tells what changed from what did not and guards against
/// nobody's malice, so that a fast hash will do.
/// </summary>
internal sealed class FieldHash
{
    // A call of the hash costs more than the few bytes of most fields, so that they are gathered first.
    private const int BufferSize = 4096;

    private readonly XxHash128 _hash = new();
    private byte[] _buffer = new byte[BufferSize];
    private int _filled;

    public void Add(ImmutableArray<string> texts)
    {
        Add(texts.Length);
        foreach (var text in texts)
        {
            Add(text);
        }
    }

    public void Add(string text)
    {
        var room = Room(sizeof(long) + Encoding.UTF8.GetMaxByteCount(text.Length));
        if (Ascii.FromUtf16(text, room[sizeof(long)..], out var bytes) != OperationStatus.Done)
        {
            bytes = Encoding.UTF8.GetBytes(text, room[sizeof(long)..]);
        }

        BinaryPrimitives.WriteInt64LittleEndian(room, bytes);
        _filled += sizeof(long) + bytes;
    }

    public void Add(long number)
    {
        BinaryPrimitives.WriteInt64LittleEndian(Room(sizeof(long)), number);
        _filled += sizeof(long);
    }

    /// <summary>The hash of what was added so far: 32 hexadecimal digits.</summary>
    public string ToText()
    {
        Flush();
        return Convert.ToHexStringLower(_hash.GetCurrentHash());
    }

    /// <summary>The free part of the buffer, of at least this many bytes.</summary>
    private Span<byte> Room(int size)
    {
        if (size > _buffer.Length - _filled)
        {
            Flush();
            if (size > _buffer.Length)
            {
                _buffer = new byte[size];
            }
        }

        return _buffer.AsSpan(_filled);
    }

    private void Flush()
    {
        _hash.Append(_buffer.AsSpan(0, _filled));
        _filled = 0;
    }
}
