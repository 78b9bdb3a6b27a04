using System.Buffers.Binary;
using MirrorBackup.Fuzzing.Engine;
using MirrorBackup.Fuzzing.Mutations;
using MirrorBackup.Vhd;
using MirrorBackup.Vhd.Format;

namespace MirrorBackup.Fuzzing.Targets;

/// <summary>A block allocation table behind a header that is whole.</summary>
internal sealed class VhdTableTarget : FuzzTarget
{
    private const long FileLength = 1 << 20;

    private static readonly VhdSample s_sample = new() { BlockCount = 128, Blocks = [.. Enumerable.Range(0, 60).Select(static index => index * 37 % 128)] };
    private static readonly VhdHeader s_header = VhdHeader.Parse(s_sample.Header(), "table.vhd");

    public override string Name => "vhd-table";

    public override int Iterations => 10_000;

    public override byte[] CreateInput(Random random)
    {
        var table = s_sample.Table();
        for (var count = random.Next(1, 4); count > 0; count--)
        {
            table = FieldMutation.Apply(random, table, [(4 * random.Next(table.Length / 4), 4)]);
        }

        return table;
    }

    public override Task RunAsync(byte[] input, CancellationToken cancellationToken)
    {
        var builder = new BlockAllocationTable.Builder("table.vhd", BlockPlacement.MaximumBlocks(FileLength, s_header.BlockSize));
        builder.Add(input.AsSpan(0, 256));
        builder.Add(input.AsSpan(256));
        var table = builder.Build();
        var placement = BlockPlacement.Check(table, s_header, "table.vhd");
        for (var block = 0; block < input.Length / sizeof(uint); block++)
        {
            var entry = BinaryPrimitives.ReadUInt32BigEndian(input.AsSpan(block * sizeof(uint)));
            FuzzAssertionException.ThrowUnless(table.TryGetSector(block, out var sector) == (entry != uint.MaxValue), $"the block {block} is there and not");
            FuzzAssertionException.ThrowUnless(sector == entry, $"the block {block} is at {sector}");
        }

        for (var index = 1; index < placement.Sectors.Length; index++)
        {
            FuzzAssertionException.ThrowUnless(placement.Sectors[index] - (long)placement.Sectors[index - 1] >= 9, "blocks lie over each other");
        }

        return Task.CompletedTask;
    }
}
