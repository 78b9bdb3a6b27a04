using MirrorBackup.Fuzzing.Mutations;

namespace MirrorBackup.Fuzzing.Targets;

/// <summary>The whole VHD files that mutations start from.</summary>
internal static class VhdFiles
{
    /// <summary>Small ones by the specification, and the small ones among the golden data.</summary>
    public static IReadOnlyList<byte[]> Corpus { get; } =
    [
        new VhdSample().File(),
        new VhdSample { IsDelta = true, Blocks = [5], CutFromDisk = 1000 }.File(),
        new VhdSample { BlockSize = 512, BlockCount = 200, Blocks = [0, 7, 199], Bitmap = 0x80 }.File(),
        new VhdSample { BlockSize = 65536, Blocks = [1], Creator = "xo  " }.File(),
        new VhdSample { Blocks = [] }.File(),
        VhdSample.FixedFile(8),
        .. GoldenFiles.SmallVhdFiles,
    ];
}
