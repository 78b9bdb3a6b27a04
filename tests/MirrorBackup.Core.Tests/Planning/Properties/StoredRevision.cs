using System.Collections.Immutable;
using MirrorBackup.Backups;

namespace MirrorBackup.Tests.Planning.Properties;

/// <summary>A revision with its content: per block the version written there, 0 for a block that it does not hold.</summary>
/// <param name="Facts">What a planner is told.</param>
/// <param name="Blocks">The content.</param>
/// <param name="ParentPath">The file that it stands on, as the link in a VHD names it: by path.</param>
internal sealed record StoredRevision(DiskRevision Facts, ImmutableArray<int> Blocks, string? ParentPath)
{
    internal const int BlockBytes = 100;

    internal string Path => Facts.Path;

    internal static long BytesOf(ImmutableArray<int> blocks) => BlockBytes * (long)blocks.Count(version => version != 0);

    /// <summary>The youngest version of every block.</summary>
    internal static ImmutableArray<int> Overlay(ImmutableArray<int> older, ImmutableArray<int> younger)
    {
        var blocks = ImmutableArray.CreateBuilder<int>(Math.Max(older.Length, younger.Length));
        for (var i = 0; i < blocks.Capacity; i++)
        {
            var young = i < younger.Length ? younger[i] : 0;
            blocks.Add(young != 0 ? young : i < older.Length ? older[i] : 0);
        }

        return blocks.MoveToImmutable();
    }

    /// <summary>This revision with other blocks, and the size that they have.</summary>
    internal StoredRevision Holding(ImmutableArray<int> blocks) =>
        this with { Blocks = blocks, Facts = Facts with { AllocatedBytes = BytesOf(blocks) } };
}
