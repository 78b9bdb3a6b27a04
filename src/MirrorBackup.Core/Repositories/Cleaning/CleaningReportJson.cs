using System.Text.Json;
using System.Text.Json.Serialization;

namespace MirrorBackup.Repositories.Cleaning;

/// <summary>The JSON form of a <see cref="CleaningReport"/>: camel-case names, kinds, remedies and actions as words.</summary>
public static class CleaningReportJson
{
    /// <summary>Writes a report.</summary>
    /// <param name="report">The report.</param>
    /// <returns>One JSON object, indented.</returns>
    public static string Write(CleaningReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return JsonSerializer.Serialize(report, CleaningContext.Default.CleaningReport);
    }
}

[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(CamelCaseEnum<CleaningKind>), typeof(CamelCaseEnum<CleaningRemedy>), typeof(CamelCaseEnum<CleaningAction>)])]
[JsonSerializable(typeof(CleaningReport))]
[JsonSerializable(typeof(QuarantineManifest))]
internal sealed partial class CleaningContext : JsonSerializerContext;

internal sealed class CamelCaseEnum<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase)
    where T : struct, Enum;
