using System.IO.Pipelines;
using MirrorBackup.Disks;
using MirrorBackup.Tests.Vhd.Format;
using MirrorBackup.Vhd;

namespace MirrorBackup.Tests.Vhd;

public sealed class VhdStreamWriterTests
{
    private static readonly DiskIdentity Disk = new(VhdVectors.U2, VhdVectors.U1, "a.vhd", 9 * VhdVectors.MiB);
    private static readonly VhdWriteOptions Options = new() { Timestamp = new(2026, 2, 23, 12, 0, 0, TimeSpan.Zero) };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(512)]
    public async Task CompleteAsync_ThroughAPipe_IsReadBackWhileItIsWritten(int gapBeforeTable)
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 1 << 20, resumeWriterThreshold: 1 << 19));
        var description = VhdStreamDescription.Create(Disk, [4, 1, 2], Options with { GapBeforeTable = gapBeforeTable });
        var writing = WriteAsync(new VhdStreamWriter(pipe.Writer, description), pipe.Writer);

        var reader = await VhdStreamReader.OpenAsync(pipe.Reader, "pipe", description.Length, Cancellation);
        var (bitmap, data, seen) = (new byte[512], new byte[2 * VhdBytes.MiB], new List<(int?, int)>());
        while (await reader.ReadBlockAsync(bitmap, data, Cancellation) is { } index)
        {
            seen.Add((index, data[0]));
        }

        await writing;
        Assert.Equal([(4, 4), (1, 1), (2, 2)], seen);
        Assert.Equal((description.Length, description.Length), (reader.BytesRead, reader.ExpectedLength));
        Assert.Equal((Disk.Id, Disk.ParentId, Disk.ParentName), (reader.Footer.UniqueId, reader.Header.ParentUniqueId, reader.Header.ParentName));
    }

    [Fact]
    public async Task WriteBlockAsync_ReaderLeft_SaysSoAndCannotGoOn()
    {
        var pipe = new Pipe();
        var writer = new VhdStreamWriter(pipe.Writer, VhdStreamDescription.Create(Disk, [1, 2], Options));
        await pipe.Reader.CompleteAsync();

        var left = await Assert.ThrowsAsync<InvalidOperationException>(async () => await writer.WriteBlockAsync(1, VhdBytes.Filled(1), Cancellation));
        var failed = await Assert.ThrowsAsync<InvalidOperationException>(async () => await writer.WriteBlockAsync(1, VhdBytes.Filled(1), Cancellation));

        Assert.Contains("left after", left.Message, StringComparison.Ordinal);
        Assert.Contains("has ended, or a write to it has failed", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CompleteAsync_ReaderLeavesWithTheLastByte_IsFine()
    {
        var description = VhdStreamDescription.Create(Disk, [], Options);
        var writer = new VhdStreamWriter(new ReaderThatCounts(description.Length), description);

        await writer.CompleteAsync(Cancellation);

        Assert.Equal(description.Length, writer.BytesWritten);
    }

    [Fact]
    public async Task WriteBlockAsync_FlushIsCancelled_IsACancellation()
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 1024, resumeWriterThreshold: 512));
        var writer = new VhdStreamWriter(pipe.Writer, VhdStreamDescription.Create(Disk, [1], Options));
        var writing = writer.WriteBlockAsync(1, VhdBytes.Filled(1), Cancellation).AsTask();

        pipe.Writer.CancelPendingFlush();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing);
    }

    private static async Task WriteAsync(VhdStreamWriter writer, PipeWriter output)
    {
        foreach (var block in new[] { 4, 1, 2 })
        {
            await writer.WriteBlockAsync(block, VhdBytes.Filled((byte)block), Cancellation);
        }

        await writer.CompleteAsync(Cancellation);
        await output.CompleteAsync();
    }

    /// <summary>Answers the flush of the last byte as a pipe does whose reader is gone by then.</summary>
    private sealed class ReaderThatCounts(long length) : PipeWriter
    {
        private readonly byte[] _buffer = new byte[1 << 20];
        private long _count;

        public override void Advance(int bytes) => _count += bytes;

        public override void CancelPendingFlush()
        {
        }

        public override void Complete(Exception? exception = null)
        {
        }

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) =>
            ValueTask.FromResult(new FlushResult(isCanceled: false, isCompleted: _count == length));

        public override Memory<byte> GetMemory(int sizeHint = 0) => _buffer;

        public override Span<byte> GetSpan(int sizeHint = 0) => _buffer;
    }
}
