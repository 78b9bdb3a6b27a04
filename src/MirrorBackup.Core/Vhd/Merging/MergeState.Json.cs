using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using MirrorBackup.Remotes;
using MirrorBackup.Vhd.Directories;

namespace MirrorBackup.Vhd.Merging;

internal sealed partial record MergeState
{
    private const string StepBlocks = "mergeBlocks";
    private const string StepCleanup = "cleanup";
    private const string StepCleanupFormer = "cleanupVhds";

    /// <summary>Reads a state file.</summary>
    /// <param name="json">Its content. What is no JSON object, as a crash in the middle of writing leaves it, gives <see cref="Empty"/> with a defect.</param>
    /// <param name="file">The path, for messages.</param>
    /// <returns>The state.</returns>
    /// <exception cref="CorruptBackupException">
    /// A step that is not known, a chain with a name that is none, or a text that is none (<see cref="ErrorCodes.CorruptMergeState"/>).
    /// </exception>
    public static MergeState Parse(ReadOnlyMemory<byte> json, string file)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json);
        }
        catch (JsonException e)
        {
            return Empty with { Defect = $"it is not JSON (byte {e.BytePositionInLine ?? 0} of line {(e.LineNumber ?? 0) + 1})" };
        }

        using (document)
        {
            try
            {
                return document.RootElement.ValueKind == JsonValueKind.Object
                    ? Read(document.RootElement, file)
                    : Empty with { Defect = $"it is a JSON {document.RootElement.ValueKind}, not an object" };
            }
            catch (InvalidOperationException invalidText)
            {
                // JSON allows halves of surrogate pairs and broken UTF-8 in names and texts.
                throw Corrupt(file, "a text in it is not valid Unicode", invalidText);
            }
        }
    }

    /// <summary>Writes the state with Xen Orchestra's keys in its order, and a few of our own, which it ignores.</summary>
    /// <returns>UTF-8 JSON.</returns>
    public byte[] ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            WriteDisk(writer, "child", NewestId, null);
            WriteDisk(writer, "parent", AncestorId, AncestorFooterChecksum);
            WriteNames(writer, "chain", Chain);
            writer.WriteNumber("currentBlock", CurrentBlock);
            writer.WriteNumber("mergedDataSize", MergedBytes);
            writer.WriteString("step", Step == MergeStep.Cleanup ? StepCleanup : StepBlocks);
            writer.WriteNumber("diskSize", DiskSize);
            if (AppendSector is { } sector)
            {
                writer.WriteNumber("appendSector", sector);
            }

            if (!ChildData.IsEmpty)
            {
                WriteNames(writer, "childData", ChildData);
            }

            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static MergeState Read(JsonElement root, string file)
    {
        var parent = Property(root, "parent");
        var child = Property(root, "child");
        return new MergeState
        {
            Chain = ReadChain(root, file),
            AncestorId = ReadId(parent),
            NewestId = ReadId(child),
            AncestorFooterChecksum = ReadUInt32(parent, "footerChecksum"),
            AncestorHeaderChecksum = ReadUInt32(parent, "header"),
            NewestHeaderChecksum = ReadUInt32(child, "header"),

            // null, negative and missing come from defects of Xen Orchestra's (formats/vhd.md §5.3): beginning anew is always right.
            CurrentBlock = (int)Math.Clamp(ReadInt64(root, "currentBlock"), 0, int.MaxValue),
            AppendSector = ReadUInt32(root, "appendSector"),
            ChildData = ReadChildData(root, file),
            MergedBytes = Math.Max(0, ReadInt64(root, "mergedDataSize")),
            Step = ReadStep(root, file),
            DiskSize = Math.Max(0, ReadInt64(root, "diskSize")),
        };
    }

    private static ImmutableArray<string> ReadChain(JsonElement root, string file)
    {
        if (Property(root, "chain") is not { ValueKind: JsonValueKind.Array } chain)
        {
            return [];
        }

        var names = ImmutableArray.CreateBuilder<string>(chain.GetArrayLength());
        foreach (var element in chain.EnumerateArray())
        {
            var text = element.ValueKind == JsonValueKind.String ? element.GetString()! : element.GetRawText();
            var name = text.StartsWith("./", StringComparison.Ordinal) ? text[2..] : text;
            if (!RemotePath.TryParse(name, out var path) || path.IsRoot || path.Name != name || names.Contains(name))
            {
                throw Corrupt(file, $"\"chain\"[{names.Count}] is {RemotePath.Quote(text)}; expected the name of another file in the same folder");
            }

            names.Add(name);
        }

        return names.Count >= 2 ? names.ToImmutable() : throw Corrupt(file, $"\"chain\" names {names.Count} files; expected at least 2");
    }

    // What is named here is removed, so that it must be what aliases may name, and nothing else.
    private static ImmutableArray<string> ReadChildData(JsonElement root, string file)
    {
        if (Property(root, "childData") is not { ValueKind: JsonValueKind.Array } paths)
        {
            return [];
        }

        var data = ImmutableArray.CreateBuilder<string>(paths.GetArrayLength());
        foreach (var element in paths.EnumerateArray())
        {
            var text = element.ValueKind == JsonValueKind.String ? element.GetString()! : element.GetRawText();
            data.Add(VhdAlias.IsTarget(text) ? text : throw Corrupt(file, $"\"childData\"[{data.Count}] is {RemotePath.Quote(text)}; expected a VHD directory below {VhdAlias.DataFolder}/"));
        }

        return data.ToImmutable();
    }

    private static MergeStep ReadStep(JsonElement root, string file) =>
        Property(root, "step") switch
        {
            null or { ValueKind: JsonValueKind.Null } => MergeStep.Blocks,
            { ValueKind: JsonValueKind.String } step => step.GetString() switch
            {
                StepBlocks => MergeStep.Blocks,
                StepCleanup or StepCleanupFormer => MergeStep.Cleanup,
                var other => throw Corrupt(file, $"\"step\" is {RemotePath.Quote(other!)}; expected \"{StepBlocks}\" or \"{StepCleanup}\""),
            },
            { } other => throw Corrupt(file, $"\"step\" is a JSON {other.ValueKind}; expected \"{StepBlocks}\" or \"{StepCleanup}\""),
        };

    private static JsonElement? Property(JsonElement? element, string name) =>
        element is { ValueKind: JsonValueKind.Object } value && value.TryGetProperty(name, out var property) ? property : null;

    private static long ReadInt64(JsonElement root, string name) =>
        Property(root, name) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var value) ? value : 0;

    private static uint? ReadUInt32(JsonElement? element, string name) =>
        Property(element, name) is { ValueKind: JsonValueKind.Number } number && number.TryGetUInt32(out var value) ? value : null;

    private static Guid? ReadId(JsonElement? element) =>
        Property(element, "uuid") is { ValueKind: JsonValueKind.String } text
        && Guid.TryParse(text.GetString(), CultureInfo.InvariantCulture, out var id)
            ? id
            : null;

    private static void WriteNames(Utf8JsonWriter writer, string property, ImmutableArray<string> names)
    {
        writer.WriteStartArray(property);
        foreach (var name in names)
        {
            writer.WriteStringValue(name);
        }

        writer.WriteEndArray();
    }

    private static void WriteDisk(Utf8JsonWriter writer, string name, Guid? id, uint? footerChecksum)
    {
        writer.WriteStartObject(name);
        if (id is { } value)
        {
            writer.WriteString("uuid", value.ToString("D"));
        }

        if (footerChecksum is { } checksum)
        {
            writer.WriteNumber("footerChecksum", checksum);
        }

        writer.WriteEndObject();
    }

    private static CorruptBackupException Corrupt(string file, string problem, Exception? cause = null) =>
        new($"The merge state \"{file}\" cannot be followed: {problem}.", ErrorCodes.CorruptMergeState, cause) { Path = file };
}
