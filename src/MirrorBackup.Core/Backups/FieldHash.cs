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
    private readonly XxHash128 _hash = new();
    private byte[] _buffer = new byte[256];

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
        var bytes = Encoding.UTF8.GetByteCount(text);
        Add(bytes);
        if (bytes > _buffer.Length)
        {
            _buffer = new byte[bytes];
        }

        _hash.Append(_buffer.AsSpan(0, Encoding.UTF8.GetBytes(text, _buffer)));
    }

    public void Add(long number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        _hash.Append(bytes);
    }

    /// <summary>The hash of what was added so far: 32 hexadecimal digits.</summary>
    public string ToText() => Convert.ToHexStringLower(_hash.GetCurrentHash());
}
