using System.Text.Json;
using System.Text.Json.Serialization;

namespace MirrorBackup.Mirroring;

/// <summary>The JSON form of a <see cref="MirrorReport"/>: camel-case names, outcomes as words, durations as <c>hh:mm:ss.fffffff</c>.</summary>
public static class MirrorReportJson
{
    /// <summary>Writes a report.</summary>
    /// <param name="report">The report.</param>
    /// <returns>One JSON object, indented.</returns>
    public static string Write(MirrorReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return JsonSerializer.Serialize(report, ReportContext.Default.MirrorReport);
    }
}

[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(MirrorReport))]
internal sealed partial class ReportContext : JsonSerializerContext;
