using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using MirrorBackup.Backups;

namespace MirrorBackup.Planning;

/// <summary>Plans as JSON, in letters.</summary>
internal static class PlanJson
{
    internal static string ToText(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            write(writer);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    internal static void Write(Utf8JsonWriter writer, MirrorPlan plan)
    {
        writer.WriteStartObject();
        writer.WriteString("vm", plan.VmId);
        writer.WriteString("mode", plan.Mode == BackupMode.Full ? "full" : "incremental");
        writer.WriteString("source", ChainNotation.Format(plan.Source, plan.Names));
        writer.WriteStartArray("destinations");
        foreach (var destination in plan.Destinations)
        {
            Write(writer, destination);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    internal static void Write(Utf8JsonWriter writer, DestinationPlan plan)
    {
        writer.WriteStartObject();
        writer.WriteString("name", plan.Name);
        writer.WriteString("before", ChainNotation.Format(plan.Before, plan.Names));
        WriteSteps(writer, plan);
        writer.WriteStartArray("conflicts");
        foreach (var conflict in plan.Conflicts)
        {
            WriteConflict(writer, conflict, plan.Names);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("warnings");
        foreach (var warning in plan.Warnings)
        {
            writer.WriteStartObject();
            writer.WriteString("kind", CamelCase(warning.Kind.ToString()));
            writer.WriteString("message", warning.Message);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartObject("forecast");
        writer.WriteNumber("bytesToSend", plan.Forecast.BytesToSend);
        writer.WriteStartObject("bytesByWay");
        foreach (var way in Enum.GetValues<TransferWay>())
        {
            writer.WriteNumber(CamelCase(way.ToString()), plan.Forecast.BytesBy(way));
        }

        writer.WriteEndObject();
        writer.WriteNumber("bytesToMerge", plan.Forecast.BytesToMerge);
        writer.WriteNumber("bytesToFree", plan.Forecast.BytesToFree);
        writer.WriteNumber("peakBytes", plan.Forecast.PeakBytes);
        writer.WriteBoolean("isUpperBound", plan.Forecast.IsUpperBound);
        writer.WriteEndObject();
        writer.WriteString("fingerprint", plan.Fingerprint);
        writer.WriteString("result", ChainNotation.Format(plan.Result, plan.Names));
        writer.WriteEndObject();
    }

    /// <summary>The name of a kind of step, in plans and reports.</summary>
    internal static string KindOf(MirrorStep step) => step switch
    {
        TransferStep => "transfer",
        ReplaceStep => "replace",
        UnlistStep => "unlist",
        MergeStep => "merge",
        DeleteStep => "delete",
        ResumeMergeStep => "resumeMerge",
        SkipStep => "skip",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static void WriteSteps(Utf8JsonWriter writer, DestinationPlan plan)
    {
        var letters = new StepLetters(plan);
        writer.WriteStartArray("steps");
        foreach (var step in plan.Steps)
        {
            writer.WriteStartObject();
            writer.WriteString("kind", KindOf(step));
            WriteArray(writer, "backups", letters.Backups(step));
            if (letters.Into(step) is { } into)
            {
                writer.WriteString("into", into);
            }

            if (StepLetters.Disks(step) is { Count: > 0 } disks)
            {
                WriteArray(writer, "disks", disks);
            }

            if (StepLetters.Ways(step) is { Count: > 0 } ways)
            {
                WriteArray(writer, "ways", ways.Select(static way => CamelCase(way.ToString())));
            }

            writer.WriteNumber("bytes", step.ByteCount);
            writer.WriteString("reason", step.Reason.Text);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteConflict(Utf8JsonWriter writer, PlanConflict conflict, PointNames names)
    {
        writer.WriteStartObject();
        writer.WriteString("kind", CamelCase(conflict.Kind.ToString()));
        WriteArray(writer, "backups", conflict.Points.Select(point => names[point]));
        WriteArray(writer, "paths", conflict.Paths);
        writer.WriteString("message", conflict.Message);
        writer.WriteEndObject();
    }

    private static void WriteArray(Utf8JsonWriter writer, string name, IEnumerable<string> values)
    {
        writer.WriteStartArray(name);
        foreach (var value in values)
        {
            writer.WriteStringValue(value);
        }

        writer.WriteEndArray();
    }

    private static string CamelCase(string name) => char.ToLowerInvariant(name[0]) + name[1..];
}
