using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using MirrorBackup.Remotes;

namespace MirrorBackup.Repositories;

/// <summary>Typed access to the fields of a JSON object; a field that is absent or null is absent, one of another type is an error.</summary>
internal readonly struct MetadataFields(RawJsonObject fields, string path)
{
    /// <summary>The file, for messages.</summary>
    public string Path { get; } = path;

    public ImmutableArray<RawJsonObject.Field> Names => fields.Fields;

    public string? Text(string name)
    {
        if (!TryRead(name, out var reader))
        {
            return null;
        }

        return reader.TokenType == JsonTokenType.String ? RawJsonObject.ReadText(ref reader) : throw Unexpected(name, ref reader, "a text");
    }

    /// <summary>A whole number; a fraction, which estimates of sizes may have, is cut off.</summary>
    public long? Integer(string name)
    {
        if (!TryRead(name, out var reader))
        {
            return null;
        }

        if (reader.TokenType == JsonTokenType.Number)
        {
            if (reader.TryGetInt64(out var whole))
            {
                return whole;
            }

            if (reader.TryGetDecimal(out var number) && number is >= long.MinValue and <= long.MaxValue)
            {
                return (long)number;
            }
        }

        throw Unexpected(name, ref reader, "a number of 64 bits");
    }

    /// <summary>A boolean; 0 and 1 stand for it in very old files.</summary>
    public bool? Flag(string name)
    {
        if (!TryRead(name, out var reader))
        {
            return null;
        }

        return reader.TokenType switch
        {
            JsonTokenType.True => true,
            JsonTokenType.False => false,
            JsonTokenType.Number when reader.TryGetInt32(out var number) && number is 0 or 1 => reader.GetInt32() == 1,
            _ => throw Unexpected(name, ref reader, "true or false"),
        };
    }

    public ImmutableArray<string> Texts(string name)
    {
        if (!TryRead(name, out var reader))
        {
            return [];
        }

        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw Unexpected(name, ref reader, "a list of texts");
        }

        var texts = ImmutableArray.CreateBuilder<string>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            texts.Add(reader.TokenType == JsonTokenType.String ? RawJsonObject.ReadText(ref reader) : throw Unexpected(name, ref reader, "a list of texts"));
        }

        return texts.ToImmutable();
    }

    /// <summary>An object; an empty one if it is absent and may be.</summary>
    public MetadataFields Child(string name, bool isRequired = false)
    {
        if (TryRead(name, out var reader))
        {
            fields.TryGet(name, out var value);
            return reader.TokenType == JsonTokenType.StartObject
                ? new MetadataFields(RawJsonObject.Parse(value), Path)
                : throw Unexpected(name, ref reader, "an object");
        }

        return isRequired ? throw Missing(name) : new MetadataFields(RawJsonObject.Empty, Path);
    }

    private bool TryRead(string name, out Utf8JsonReader reader)
    {
        reader = default;
        if (!fields.TryGet(name, out var value))
        {
            return false;
        }

        reader = new Utf8JsonReader(value.Span);
        reader.Read();
        return reader.TokenType != JsonTokenType.Null;
    }

    private CorruptBackupException Missing(string name) =>
        new($"{Path} has no {RemotePath.Quote(name)}; an object was expected.", ErrorCodes.CorruptMetadata) { Path = Path };

    private CorruptBackupException Unexpected(string name, ref Utf8JsonReader reader, string expected)
    {
        var found = reader.TokenType.ToString().ToLower(CultureInfo.InvariantCulture);
        return new($"{Path} has a {found} in {RemotePath.Quote(name)}; {expected} was expected.", ErrorCodes.CorruptMetadata) { Path = Path };
    }
}
