using MirrorBackup.Disks;
using MirrorBackup.Fuzzing.Engine;
using MirrorBackup.Vhd;

namespace MirrorBackup.Fuzzing.Targets;

/// <summary>The sector bitmap of a block at the end of a disk: what the bits leave out, and what is behind the end, reads as zeros.</summary>
internal sealed class SectorBitmapTarget : FuzzTarget
{
    private const int Sectors = 64;
    private const int BitmapLength = Sectors / 8;

    public override string Name => "sector-bitmap";

    public override int Iterations => 4000;

    public override byte[] CreateInput(Random random)
    {
        var input = new byte[BitmapLength + 2];
        random.NextBytes(input);
        if (random.Next(4) == 0)
        {
            input.AsSpan(0, BitmapLength).Fill(random.Next(2) == 0 ? (byte)0 : (byte)0xFF);
        }

        return input;
    }

    public override Task RunAsync(byte[] input, CancellationToken cancellationToken)
    {
        var bits = input.AsSpan(0, BitmapLength).ToArray();
        var inDisk = (input[^2] | (input[^1] << 8)) % ((Sectors * 512) + 1024);
        var data = new byte[Sectors * 512];
        data.AsSpan().Fill(7);

        VhdBlockContent.Normalise(bits, data, inDisk);

        for (var index = 0; index < data.Length; index++)
        {
            var isThere = index < inDisk && (input[index / 512 / 8] & (0x80 >> (index / 512 % 8))) != 0;
            if (data[index] != (isThere ? 7 : 0))
            {
                throw new FuzzAssertionException($"byte {index} of a disk that ends at {inDisk} is {data[index]}");
            }
        }

        var runs = 0;
        for (var sector = 0; sector < Sectors;)
        {
            var length = SectorBitmap.RunLength(bits, sector, Sectors);
            FuzzAssertionException.ThrowUnless(length > 0 && sector + length <= Sectors && ++runs <= Sectors, $"a run of {length} sectors at {sector}");
            sector += length;
        }

        return Task.CompletedTask;
    }
}
