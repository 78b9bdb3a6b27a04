namespace MirrorBackup.Architecture.Tests;

/// <summary>The rooms of MirrorBackup.Core (namespaces) and the arrows between them, as docs/architecture.md has them.</summary>
internal static class Rooms
{
    /// <summary>The error types: every room may use them, they use none.</summary>
    public const string Errors = "MirrorBackup";

    /// <summary>Rooms without I/O, clock or tasks.</summary>
    public static readonly string[] Pure = ["Backups", "Retention", "Planning", "Vhd.Format"];

    private static readonly Dictionary<string, string[]> MayUse = new()
    {
        ["Backups"] = [],
        ["Retention"] = ["Backups"],
        ["Planning"] = ["Backups", "Retention"],
        ["Remotes"] = [],
        ["Codecs"] = ["Backups", "Remotes", "Disks"],
        ["Disks"] = [],
        ["Vhd.Format"] = [],
        ["Vhd"] = ["Vhd.Format", "Backups", "Disks", "Remotes", "Codecs"],
        ["Repositories"] = ["Remotes", "Codecs", "Vhd", "Backups"],
        ["Transfer"] = ["Disks", "Vhd", "Remotes", "Codecs"],
        ["Mirroring"] = ["Backups", "Retention", "Planning", "Remotes", "Codecs", "Disks", "Vhd", "Repositories", "Transfer"],
        ["Hosting"] = ["Mirroring"],
    };

    /// <summary>All rooms.</summary>
    public static IEnumerable<string> All => MayUse.Keys;

    /// <summary>The room of a namespace: the longest room name that it begins with; <see langword="null"/> if it is none of ours.</summary>
    public static string? Of(string @namespace) =>
        @namespace == Errors ? Errors
        : MayUse.Keys
            .Where(room => $"{@namespace}.".StartsWith($"{Errors}.{room}.", StringComparison.Ordinal))
            .MaxBy(room => room.Length);

    /// <summary>Whether a room may use another. What an inner room may use, an outer one that may use it may use too.</summary>
    public static bool IsAllowed(string from, string to) =>
        to == from || to == Errors || (from != Errors && MayUse[from].Any(direct => IsAllowed(direct, to)));
}
