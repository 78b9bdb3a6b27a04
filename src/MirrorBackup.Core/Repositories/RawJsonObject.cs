using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using MirrorBackup.Remotes;

namespace MirrorBackup.Repositories;

/// <summary>
/// A JSON object as an ordered list of fields whose values are kept as they were written: what is not changed comes out
/// byte for byte, numbers, escapes and unknown fields included.
/// </summary>
internal sealed class RawJsonObject
{
    private const int MaximumDepth = 64;

    // Fields are looked up one after the other: real metadata has some dozens, what has more than this is not metadata.
    private const int MaximumFields = 1 << 14;

    private RawJsonObject(ImmutableArray<Field> fields) => Fields = fields;

    public static RawJsonObject Empty { get; } = new([]);

    public ImmutableArray<Field> Fields { get; }

    /// <summary>Reads an object; nothing but white space may be around it.</summary>
    /// <exception cref="JsonException">The text is not JSON, is not an object, is nested too deeply, or has a field twice.</exception>
    public static RawJsonObject Parse(ReadOnlyMemory<byte> json)
    {
        var fields = ImmutableArray.CreateBuilder<Field>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        var reader = new Utf8JsonReader(json.Span, new JsonReaderOptions { MaxDepth = MaximumDepth });
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException($"The text begins with a {reader.TokenType}, an object was expected.");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = ReadText(ref reader);
            if (!names.Add(name))
            {
                throw new JsonException($"The field {RemotePath.Quote(name)} is there twice.");
            }

            if (names.Count > MaximumFields)
            {
                throw new JsonException($"The object has more than {MaximumFields} fields.");
            }

            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            fields.Add(new Field(name, json[start..(int)reader.BytesConsumed]));
        }

        reader.Read(); // Raises what follows the object.
        return new RawJsonObject(fields.ToImmutable());
    }

    public bool TryGet(string name, out ReadOnlyMemory<byte> value)
    {
        foreach (var field in Fields)
        {
            if (string.Equals(field.Name, name, StringComparison.Ordinal))
            {
                value = field.Value;
                return true;
            }
        }

        value = default;
        return false;
    }

    /// <summary>Sets a field where it is, or at the end.</summary>
    public RawJsonObject With(string name, ReadOnlyMemory<byte> value)
    {
        for (var index = 0; index < Fields.Length; index++)
        {
            if (string.Equals(Fields[index].Name, name, StringComparison.Ordinal))
            {
                return new RawJsonObject(Fields.SetItem(index, new Field(name, value)));
            }
        }

        return new RawJsonObject(Fields.Add(new Field(name, value)));
    }

    public RawJsonObject Without(string name) =>
        new(Fields.RemoveAll(field => string.Equals(field.Name, name, StringComparison.Ordinal)));

    /// <summary>The text without white space between the fields.</summary>
    public byte[] ToUtf8()
    {
        var output = new ArrayBufferWriter<byte>(1024);
        output.Write("{"u8);
        var isFirst = true;
        foreach (var field in Fields)
        {
            if (!isFirst)
            {
                output.Write(","u8);
            }

            isFirst = false;
            output.Write(EncodeText(field.Name));
            output.Write(":"u8);
            output.Write(field.Value.Span);
        }

        output.Write("}"u8);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>A text as a JSON string.</summary>
    public static byte[] EncodeText(string text) =>
        Encoding.UTF8.GetBytes($"\"{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text)}\"");

    /// <summary>The text of a string or a name; JSON allows halves of surrogate pairs and broken UTF-8 there, no text does.</summary>
    public static string ReadText(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString() ?? "";
        }
        catch (InvalidOperationException invalidText)
        {
            throw new JsonException($"The text at byte {reader.TokenStartIndex} is not valid Unicode.", invalidText);
        }
    }

    internal readonly record struct Field(string Name, ReadOnlyMemory<byte> Value);
}
