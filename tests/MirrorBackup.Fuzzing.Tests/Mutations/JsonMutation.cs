using System.Text;
using System.Text.Json;

namespace MirrorBackup.Fuzzing.Mutations;

/// <summary>Damages JSON where it hurts: values of other types, numbers that overflow, texts that are none, nesting, fields twice.</summary>
internal static class JsonMutation
{
    private static readonly string[] s_values =
    [
        "null", "true", "false", "{}", "[]", "\"\"", "0", "-1", "1", "0.5", "-0", "2147483648", "4294967296", "9007199254740993", "9223372036854775807", "9223372036854775808",
        "-9223372036854775808", "-9223372036854775809", "18446744073709551616", "1e308", "1e309", "-1e999", "1e-999", "253402300799999", "253402300800000", "-62135596800001",
        "79228162514264337593543950336", "123456789.123456789123456789e5", "\"\\ud800\"", "\"\\udc00x\"", "\"\\ud800\\ud800\"", "\"\\u0000\"", "\"../../../etc/passwd\"", "\"/\"",
        "\"./\"", "\"data/..\"", "\"vdis/a/b/../c.vhd\"", "\"CON\"", "\"a\\\\b\"", "\"aes-256-cbc\"", "\"none\"", "\"gzip\"", "\"full\"", "\"delta\"", "\"mergeBlocks\"", "\"cleanup\"",
        "[null]", "[[]]", "[\"\\ud800\"]", "{\"\\ud800\":1}", "{\"\":null}", "[{}]", "\"00000000-0000-0000-0000-000000000000\"", "0123", "1.", "NaN", "'a'", "[1,]", "//",
    ];

    /// <summary>Damages in one to three places; what is no JSON any more is damaged as bytes.</summary>
    /// <param name="random">Chance.</param>
    /// <param name="json">What to damage; not changed.</param>
    /// <param name="other">Another input, whose values may be put in.</param>
    public static byte[] Apply(Random random, ReadOnlySpan<byte> json, ReadOnlySpan<byte> other)
    {
        var result = json.ToArray();
        for (var count = random.Next(1, 4); count > 0; count--)
        {
            result = random.Next(8) > 0 && Tokens(result) is { Count: > 0 } tokens
                ? ApplyOnce(random, result, tokens, other)
                : ByteMutation.Apply(random, result, other);
        }

        return result;
    }

    private static byte[] ApplyOnce(Random random, byte[] json, List<Token> tokens, ReadOnlySpan<byte> other)
    {
        var token = tokens[random.Next(tokens.Count)];
        var text = json.AsSpan(token.Start..token.End);
        var replacement = random.Next(12) switch
        {
            0 => Nested(random),
            1 => Encoding.ASCII.GetBytes($"\"{new string('x', random.Next(1, 70000))}\""),
            2 => Repeated(random, text),
            3 when text is [(byte)'{', ..] && TwiceFirstField(json, tokens, token) is { } twice => twice,
            4 when Tokens(other) is { Count: > 0 } others => Pick(random, other, others),
            5 => Pick(random, json, tokens),
            6 => [],
            7 => [(byte)'"', 0xC3, 0x28, 0xFF, (byte)'"'], // no UTF-8
            _ => Encoding.ASCII.GetBytes(s_values[random.Next(s_values.Length)]),
        };
        return [.. json.AsSpan(0, token.Start), .. replacement, .. json.AsSpan(token.End)];
    }

    private static byte[] Pick(Random random, ReadOnlySpan<byte> json, List<Token> tokens)
    {
        var token = tokens[random.Next(tokens.Count)];
        return json[token.Start..token.End].ToArray();
    }

    private static byte[] Nested(Random random)
    {
        var depth = random.Next(4) == 0 ? 100_000 : random.Next(60, 68);
        var closed = random.Next(4) > 0;
        var (open, end) = random.Next(2) == 0 ? ("[", "]") : ("{\"a\":", "}");
        return Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(open, depth)) + "1" + (closed ? string.Concat(Enumerable.Repeat(end, depth)) : ""));
    }

    private static byte[] Repeated(Random random, ReadOnlySpan<byte> text)
    {
        var count = Math.Min(random.Next(2, 5000), (1 << 18) / (text.Length + 1));
        using var list = new MemoryStream();
        list.WriteByte((byte)'[');
        for (var i = 0; i < count; i++)
        {
            list.Write(i == 0 ? [] : ","u8);
            list.Write(text);
        }

        list.WriteByte((byte)']');
        return list.ToArray();
    }

    private static byte[]? TwiceFirstField(byte[] json, List<Token> tokens, Token whole)
    {
        var name = tokens.FirstOrDefault(token => token.IsName && token.Start > whole.Start && token.End < whole.End);
        return name.End == 0 ? null : [(byte)'{', .. json.AsSpan(name.Start..name.End), .. ":0,"u8, .. json.AsSpan((whole.Start + 1)..whole.End)];
    }

    // Every name and every value, whole objects and lists included.
    private static List<Token> Tokens(ReadOnlySpan<byte> json)
    {
        var tokens = new List<Token>();
        var open = new Stack<int>();
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 1 << 20 });
            while (reader.Read())
            {
                var (start, end) = ((int)reader.TokenStartIndex, (int)reader.BytesConsumed);
                switch (reader.TokenType)
                {
                    case JsonTokenType.StartObject or JsonTokenType.StartArray:
                        open.Push(start);
                        break;
                    case JsonTokenType.EndObject or JsonTokenType.EndArray:
                        tokens.Add(new Token(open.Pop(), end, IsName: false));
                        break;
                    case JsonTokenType.PropertyName:
                        var colon = json[start..end].LastIndexOf((byte)':');
                        tokens.Add(new Token(start, colon < 0 ? end : start + colon, IsName: true));
                        break;
                    default:
                        tokens.Add(new Token(start, end, IsName: false));
                        break;
                }
            }
        }
        catch (JsonException)
        {
            // What was found so far is enough.
        }

        return tokens;
    }

    private readonly record struct Token(int Start, int End, bool IsName);
}
