using FsCheck;
using FsCheck.Fluent;
using MirrorBackup.Remotes;
using MirrorBackup.Tests.Vhd;

namespace MirrorBackup.Tests.Merging;

/// <summary>A chain to merge, made of blocks whose halves have one value each, and where the merge and its resumption are killed.</summary>
/// <param name="HasParent">Whether the ancestor is a delta on <c>parent.vhd</c>.</param>
/// <param name="Revisions">Oldest first; the first one is the parent, if there is one.</param>
/// <param name="Kills">After how many operations the first and the second run end.</param>
/// <param name="DropsUnflushed">What a kill makes of writes that were not flushed.</param>
internal sealed record MergeCase(bool HasParent, MergeCase.Revision[] Revisions, (int First, int Second) Kills, bool DropsUnflushed)
{
    private const int BlockBytes = 2 * VhdBytes.MiB;
    private const int SectorsPerHalf = 2048;

    /// <summary>Many small cases: a block of a file is 2 MiB. 150 blocks are more than one sector of the table holds.</summary>
    public static Arbitrary<MergeCase> Arbitrary { get; } = (
        from hasParent in Gen.Elements(true, false)
        from count in Gen.Choose(hasParent ? 3 : 2, hasParent ? 6 : 5)
        from grownBlocks in Gen.Elements(4, 4, 7, 150)
        from grownAt in Gen.Choose(1, count)
        from writes in Gen.ArrayOf(GenWrites(grownBlocks), count)
        from first in Gen.Choose(0, 40)
        from second in Gen.Choose(0, 40)
        from drops in Gen.Elements(true, false)
        select new MergeCase(
            hasParent,
            [.. writes.Select((all, level) => new Revision(level < grownAt ? 4 : grownBlocks, [.. all.Where(w => level >= grownAt || w.Block < 4).DistinctBy(w => w.Block)]))],
            (first, second),
            drops)).ToArbitrary();

    /// <summary>The names of the files that are merged, oldest first.</summary>
    public string[] Chain => [.. Enumerable.Range(HasParent ? 1 : 0, Revisions.Length - (HasParent ? 1 : 0)).Select(NameOf)];

    public string Newest => NameOf(Revisions.Length - 1);

    public int NewestId => Revisions.Length;

    public long Size => (long)Revisions[^1].SizeInBlocks * BlockBytes;

    /// <summary>The indexes of the blocks that the children hold, and those that the result holds.</summary>
    public (int Children, int Result) BlockCounts()
    {
        var merged = Revisions.Skip(HasParent ? 1 : 0).ToArray();
        return (Count(merged.Skip(1)), Count(merged));

        static int Count(IEnumerable<Revision> revisions) => revisions.SelectMany(static r => r.Writes).Select(static w => w.Block).Distinct().Count();
    }

    /// <summary>The two halves of a block as the newest revision shows them: the model that a merge is held against.</summary>
    public (byte Low, byte High) ValuesOf(int block)
    {
        var (low, high) = ((byte)0, (byte)0);
        foreach (var write in Revisions.SelectMany(static revision => revision.Writes).Where(write => write.Block == block))
        {
            low = write.Half is Half.High ? low : write.Value;
            high = write.Half is Half.Low ? high : write.Value;
        }

        return (low, high);
    }

    public async Task WriteAsync(IRemote remote)
    {
        for (var level = 0; level < Revisions.Length; level++)
        {
            var revision = Revisions[level];
            var size = (long)revision.SizeInBlocks * BlockBytes;
            await MergeFixture.WriteAsync(remote, NameOf(level), level + 1, level == 0 ? null : (NameOf(level - 1), level), size, file => AddBlocks(file, revision));
        }
    }

    /// <summary>The same chain as VHD directories, <c>0.alias.vhd</c> and so on.</summary>
    /// <param name="remote">Where to.</param>
    /// <param name="codecs">The compression of each revision.</param>
    public async Task WriteDirectoriesAsync(IRemote remote, string[] codecs)
    {
        for (var level = 0; level < Revisions.Length; level++)
        {
            var revision = Revisions[level];
            var size = (long)revision.SizeInBlocks * BlockBytes;
            await MergeFixture.WriteDirectoryAsync(remote, $"{level}", level + 1, level == 0 ? null : ($"{level - 1}", level), size, codecs[level], file =>
            {
                // Whoever leaves sectors out is not Xen Orchestra.
                file.Creator = revision.Writes.All(static write => write.Half == Half.Both) ? "xo  " : "win ";
                AddBlocks(file, revision);
            });
        }
    }

    public override string ToString() =>
        $"{(HasParent ? "parent, " : "")}{string.Join(" | ", Revisions.Select(static r => $"{r.SizeInBlocks}: {string.Join(' ', r.Writes)}"))}, kills {Kills}, drops {DropsUnflushed}";

    private static string NameOf(int level) => $"{level}.vhd";

    private static void AddBlocks(VhdBytes file, Revision revision)
    {
        foreach (var write in revision.Writes)
        {
            Func<int, bool>? hasSector = write.Half switch
            {
                Half.Low => static sector => sector < SectorsPerHalf,
                Half.High => static sector => sector >= SectorsPerHalf,
                _ => null,
            };
            file.Block(write.Block, VhdBytes.Filled(write.Value), hasSector);
        }
    }

    private static Gen<Write[]> GenWrites(int blocks) =>
        from count in Gen.Choose(0, 3)
        from writes in Gen.ArrayOf(
            from block in Gen.Frequency((3, Gen.Choose(0, 3)), (1, Gen.Choose(0, blocks - 1)))
            from value in Gen.Choose(1, 255)
            from half in Gen.Elements(Half.Both, Half.Both, Half.Low, Half.High)
            select new Write(block, (byte)value, half),
            count)
        select writes;

    internal enum Half
    {
        Both,
        Low,
        High,
    }

    internal sealed record Write(int Block, byte Value, Half Half)
    {
        public override string ToString() => $"{Block}={Value}{(Half == Half.Both ? "" : Half == Half.Low ? "l" : "h")}";
    }

    internal sealed record Revision(int SizeInBlocks, Write[] Writes);
}
