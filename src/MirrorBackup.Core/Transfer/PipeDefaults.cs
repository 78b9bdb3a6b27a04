using System.IO.Pipelines;

namespace MirrorBackup.Transfer;

/// <summary>
/// The one place for the settings of every pipe that carries bulk data. The defaults of the framework cut a block of 2 MiB into 512 segments
/// and cost more than half of the throughput; these cost about a tenth (<c>docs/transfer.md</c>).
/// </summary>
public static class PipeDefaults
{
    /// <summary>Bytes of one segment, and of one read or write of a stream adapter.</summary>
    public const int SegmentBytes = 512 * 1024;

    /// <summary>Bytes that may wait in a pipe before its writer has to.</summary>
    public const int PauseWriterBytes = 8 * 1024 * 1024;

    /// <summary>Bytes below which a waiting writer goes on.</summary>
    public const int ResumeWriterBytes = 4 * 1024 * 1024;

    /// <summary>For <see cref="Pipe"/>.</summary>
    public static PipeOptions Pipe { get; } = new(
        pauseWriterThreshold: PauseWriterBytes,
        resumeWriterThreshold: ResumeWriterBytes,
        minimumSegmentSize: SegmentBytes,
        useSynchronizationContext: false);

    /// <summary>For <see cref="PipeReader.Create(Stream, StreamPipeReaderOptions?)"/>; completing the reader closes the stream.</summary>
    public static StreamPipeReaderOptions Reader { get; } = new(bufferSize: SegmentBytes, minimumReadSize: 64 * 1024);

    /// <summary>For <see cref="PipeWriter.Create(Stream, StreamPipeWriterOptions?)"/>; completing the writer closes the stream.</summary>
    public static StreamPipeWriterOptions Writer { get; } = new(minimumBufferSize: SegmentBytes);
}
