using MirrorBackup.Fuzzing.Engine;
using MirrorBackup.Fuzzing.Mutations;
using MirrorBackup.Vhd.Format;

namespace MirrorBackup.Fuzzing.Targets;

internal sealed class VhdFooterTarget : FuzzTarget
{
    private static readonly byte[][] s_corpus = [new VhdSample().Footer(), new VhdSample { IsDelta = true }.Footer(), VhdSample.FixedFile(1)[512..], .. GoldenFiles.Footers];

    public override string Name => "vhd-footer";

    public override int Iterations => 10_000;

    public override byte[] CreateInput(Random random) => VhdMutation.Footer(random, s_corpus[random.Next(s_corpus.Length)]);

    public override Task RunAsync(byte[] input, CancellationToken cancellationToken)
    {
        var footer = VhdFooter.Parse(input, "footer.vhd");
        _ = $"{footer.CreatedAt} {footer.Creator} {footer.Geometry} {footer.UniqueId} {footer.DataOffset} {footer.OriginalSize}";
        FuzzAssertionException.ThrowUnless(footer.CurrentSize >= 0, "a negative size was accepted");
        FuzzAssertionException.ThrowUnless(footer.DiskType is VhdDiskType.Fixed or VhdDiskType.Dynamic or VhdDiskType.Differencing, "an unknown type was accepted");
        FuzzAssertionException.ThrowUnless(footer.Bytes.SequenceEqual(input), "its bytes are others");
        FuzzAssertionException.ThrowUnless(VhdFooter.Parse(footer.Bytes, "again.vhd").HasSameBytes(footer), "the second reading differs");
        return Task.CompletedTask;
    }
}
