using System.IO.Pipelines;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using MirrorBackup.Vhd;
using static MirrorBackup.Tests.Vhd.VhdBytes;

namespace MirrorBackup.Tests.Vhd;

public sealed class VhdStreamReaderTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(2048, 0)]
    [InlineData(1536, 0)]
    [InlineData(1536, 1024)]
    public async Task ReadBlockAsync_ExportOrFile_YieldsBlocksInTheirOrder(int tableOffset, int gapBeforeFooter)
    {
        var bytes = new VhdBytes { TableOffset = tableOffset, GapBeforeFooter = gapBeforeFooter }.Block(3, 4).Block(0, 1).ToArray();

        var reader = await VhdStreamReader.OpenAsync(Pipe(bytes), "export", bytes.Length, Cancellation);

        Assert.Equal([3, 0], reader.Blocks);
        Assert.Equal(bytes.Length - gapBeforeFooter, reader.ExpectedLength);
        Assert.Equal([(3, 4), (0, 1)], await ReadAllAsync(reader));
        Assert.Equal(bytes.Length, reader.BytesRead);
    }

    [Fact]
    public async Task ReadBlockAsync_SmallSegments_ReadsTheSame()
    {
        var bytes = new VhdBytes { DataAlignment = 4096 }.Block(2, 9).ToArray();
        var input = PipeReader.Create(new MemoryStream(bytes), new StreamPipeReaderOptions(bufferSize: 700, minimumReadSize: 1));

        var reader = await VhdStreamReader.OpenAsync(input, "export", null, Cancellation);

        Assert.Equal([(2, 9)], await ReadAllAsync(reader));
    }

    [Fact]
    public async Task ReadBlockAsync_PartialBitmapAndEndOfDisk_AreHonoured()
    {
        var bytes = new VhdBytes { Size = (2 * MiB) + 512 }.Block(0, Filled(7), static sector => sector == 1).Block(1, 8).ToArray();
        var reader = await VhdStreamReader.OpenAsync(Pipe(bytes), "upload", null, Cancellation);
        var (bitmap, data) = (new byte[512], new byte[2 * MiB]);

        await reader.ReadBlockAsync(bitmap, data, Cancellation);
        Assert.Equal((0x40, 0, 7, 0), (bitmap[0], data[0], data[512], data[1024]));
        await reader.ReadBlockAsync(bitmap, data, Cancellation);
        Assert.Equal((8, 0), (data[511], data[512]));
        Assert.Null(await reader.ReadBlockAsync(bitmap, data, Cancellation));
        Assert.Null(await reader.ReadBlockAsync(bitmap, data, Cancellation));
    }

    [Theory]
    [InlineData(100, "export: the stream ends in the VHD footer: found 100 bytes at offset 0, expected 512.")]
    [InlineData(700, "export: the stream ends in the VHD header: found 188 bytes at offset 512, expected 1024.")]
    [InlineData(1540, "export: the stream ends in the block allocation table: found 4 bytes at offset 1536, expected 16.")]
    [InlineData(1600, "export: the stream ends at offset 1600, expected to go on at 2048.")]
    [InlineData(2100, "export: the stream ends in a block's bitmap: found 52 bytes at offset 2048, expected 512.")]
    [InlineData(9000, "export: the stream ends in a block: found 6440 bytes at offset 2560, expected 2097152.")]
    [InlineData(2099712, "export: found 0 bytes after offset 2099712, expected at least a footer of 512.")]
    [InlineData(2099812, "export: found 100 bytes after offset 2099712, expected at least a footer of 512.")]
    public async Task ReadBlockAsync_StreamIsCut_SaysWhere(int length, string message)
    {
        var bytes = new VhdBytes().Block(0, 1).ToArray();
        Assert.Equal(2100224, bytes.Length);

        var error = await FailsAsync(bytes[..length]);

        Assert.Equal((message, ErrorCodes.Truncated), (error.Message, error.Code));
    }

    [Fact]
    public async Task ReadBlockAsync_EndIsAnotherFooter_IsRefused()
    {
        var bytes = new VhdBytes().Block(0, 1).ToArray();
        bytes[^100] ^= 1;

        Assert.Contains("differ from the footer at the start from byte 412 on", (await FailsAsync(bytes)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1, "2100223 bytes were announced, expected at least 2100224")]
    [InlineData(512, "found 2100224 bytes, expected 2100736, which were announced")]
    public async Task ReadBlockAsync_OtherLengthThanAnnounced_IsRefused(int difference, string message)
    {
        var bytes = new VhdBytes().Block(0, 1).ToArray();

        Assert.Contains(message, (await FailsAsync(bytes, bytes.Length + difference)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAsync_BlocksOverlap_IsRefused()
    {
        // Entry 1 is sector 4101 (0x1005) in an honest file.
        var bytes = new VhdBytes { ChangeTable = static table => table[7] = 4 }.Block(0, 1).Block(1, 2).ToArray();

        var error = await FailsAsync(bytes);

        Assert.Equal("export: block allocation table, entry 1: found sector 4100, expected at least 4101, which is the end of block 0.", error.Message);
    }

    [Fact]
    public async Task OpenAsync_FixedDisk_IsUnsupported()
    {
        var bytes = new VhdBytes { ChangeFooter = static raw => raw[63] = 2 }.ToArray();

        await Assert.ThrowsAsync<UnsupportedBackupException>(async () => await VhdStreamReader.OpenAsync(Pipe(bytes), "export", null, Cancellation));
    }

    [Property(MaxTest = 200)]
    public Property ReadBlockAsync_AnyMutation_IsReadOrRefusedByName() =>
        Prop.ForAll(
            Gen.ArrayOf(Gen.Zip(Gen.Choose(0, 2047), Gen.Choose(0, 255)), 2).ToArbitrary(),
            changes =>
            {
                var bytes = new VhdBytes { BlockSize = 4096, Size = 5 * 4096 }.Block(3, 1).Block(0, 2).ToArray();
                foreach (var (offset, value) in changes)
                {
                    bytes[offset] = (byte)value;
                }

                var error = Record.ExceptionAsync(async () => await ReadAllAsync(await VhdStreamReader.OpenAsync(Pipe(bytes), "s"))).AsTask().GetAwaiter().GetResult();
                return error is null or CorruptBackupException or UnsupportedBackupException;
            });

    private static PipeReader Pipe(byte[] bytes) => PipeReader.Create(new System.Buffers.ReadOnlySequence<byte>(bytes));

    private static async Task<CorruptBackupException> FailsAsync(byte[] bytes, long? announced = null) =>
        await Assert.ThrowsAsync<CorruptBackupException>(
            async () => await ReadAllAsync(await VhdStreamReader.OpenAsync(Pipe(bytes), "export", announced, Cancellation)));

    private static async Task<List<(int Index, int First)>> ReadAllAsync(VhdStreamReader reader)
    {
        var (bitmap, data, blocks) = (new byte[512], new byte[reader.BlockSize], new List<(int, int)>());
        while (await reader.ReadBlockAsync(bitmap, data) is { } index)
        {
            blocks.Add((index, data[0]));
        }

        return blocks;
    }
}
