using System.Collections.Immutable;
using MirrorBackup.Backups;
using MirrorBackup.Planning;
using MirrorBackup.Retention;

namespace MirrorBackup.Tests.Planning.Properties;

/// <summary>What a job asks for at one destination.</summary>
internal sealed record DestinationSettings
{
    internal static DestinationSettings Plain => new() { Retention = RetentionPolicy.KeepLast(3) };

    internal required RetentionPolicy Retention { get; init; }

    internal StorageForm Form { get; init; } = StorageForm.VhdFile;

    internal ImmutableArray<string> KnownScheduleIds { get; init; } = [];

    internal RetentionScope Scope { get; init; }

    internal long? MaxVirtualSize { get; init; }

    internal long? MaxFileLength { get; init; }

    internal long? FreeBytes { get; init; }

    public override string ToString() =>
        $"{{{Retention}; {Form}; known [{string.Join(",", KnownScheduleIds)}]; {Scope}; max {MaxVirtualSize}/{MaxFileLength}; free {FreeBytes}}}";
}

/// <summary>What a job asks for.</summary>
internal sealed record CaseSettings
{
    internal BackupMode Mode { get; init; } = BackupMode.Incremental;

    /// <summary>How many points each source job keeps.</summary>
    internal int SourceKeep { get; init; } = 3;

    /// <summary>Whether the names on the source follow the clock even where it goes back, so that a child may sort before its parent.</summary>
    internal bool NamesFollowClock { get; init; }

    internal PlanningOptions Options { get; init; } = new();

    internal VmFilter Filter { get; init; } = VmFilter.All;

    internal ImmutableArray<DestinationSettings> Destinations { get; init; } = [DestinationSettings.Plain];

    public override string ToString() =>
        $"{Mode}, source keeps {SourceKeep}{(NamesFollowClock ? ", raw names" : "")}, {Options}, tags +[{string.Join(",", Filter.IncludeTags)}] -[{string.Join(",", Filter.ExcludeTags)}]\n  "
        + string.Join("\n  ", Destinations);
}
