using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using MirrorBackup.Remotes;

namespace MirrorBackup.Benchmarks;

/// <summary>What <c>benchmarks/peers</c> and <c>benchmarks/memory</c> need of this program: the repositories that are mirrored, and floors that no ready-made tool gives.</summary>
internal static class PeerTool
{
    private const int Threads = 2;
    private const int BrotliWindow = 22;

    private static readonly ParallelOptions s_parallel = new() { MaxDegreeOfParallelism = Threads };

    /// <summary>Runs one command, if it is one.</summary>
    /// <param name="args">The command line.</param>
    /// <returns>Whether it was.</returns>
    public static async Task<bool> TryRunAsync(string[] args)
    {
        switch (args)
        {
            case ["sample", var folder, var blocks]:
                await SampleRepository.WriteChainAsync(folder, [Number(blocks)]);
                return true;
            case ["sample-archive", var folder, var mebibytes]:
                await using (var remote = LocalRemote.Open(Directory.CreateDirectory(folder).FullName))
                {
                    await SampleRepository.WriteArchiveAsync(remote, 5, Number(mebibytes));
                }

                return true;
            case ["sample-deltas", var folder, var blocks, .. var deltas]:
                await SampleRepository.WriteChainAsync(folder, [Number(blocks), .. deltas.Select(Number)]);
                return true;
            case ["sample-sparse", var folder, var gibibytes]:
                await SampleRepository.WriteSparseAsync(folder, Number(gibibytes));
                return true;
            case ["floor-encode", var file]:
                EncodeBlocks(file);
                return true;
            case ["floor-decode", var folder]:
                Parallel.ForEach(Directory.GetFiles(folder, "*", SearchOption.AllDirectories), s_parallel, () => new byte[SampleDisk.BlockBytes + SampleDisk.BitmapBytes], static (path, _, block) =>
                {
                    Require(!path.Contains("/blocks/", StringComparison.Ordinal) || BrotliDecoder.TryDecompress(File.ReadAllBytes(path), block, out var _));
                    return block;
                }, static _ => { });
                return true;
            case ["floor-recrypt", var file, var threads]:
                await RecryptAsync(file, Number(threads));
                return true;
            default:
                return false;
        }
    }

    private static void EncodeBlocks(string file)
    {
        using var handle = File.OpenHandle(file);
        var count = (int)(RandomAccess.GetLength(handle) / SampleDisk.BlockBytes);
        Parallel.For(0, count, s_parallel, static () => (new byte[SampleDisk.BlockBytes], new byte[2 * SampleDisk.BlockBytes]), (block, _, buffers) =>
        {
            RandomAccess.Read(handle, buffers.Item1, (long)block * SampleDisk.BlockBytes);
            Require(BrotliEncoder.TryCompress(buffers.Item1, buffers.Item2, out var _, quality: 0, BrotliWindow));
            return buffers;
        }, static _ => { });
    }

    // On one thread as the one-shot ciphers do it, on two because nothing else has to be done.
    private static Task RecryptAsync(string file, int threads) => Parallel.ForAsync(0, threads, async (thread, stop) =>
    {
        using var handle = File.OpenHandle(file, options: FileOptions.Asynchronous);
        using var chaCha20 = new ChaCha20Poly1305(new byte[32]);
        using var aes = new AesGcm(new byte[32], 16);
        var (clear, other, nonce, tag) = (new byte[SampleDisk.BlockBytes], new byte[SampleDisk.BlockBytes], new byte[12], new byte[16]);
        var length = RandomAccess.GetLength(handle);
        for (var offset = (long)thread * clear.Length; offset < length; offset += (long)threads * clear.Length)
        {
            var count = await RandomAccess.ReadAsync(handle, clear, offset, stop);

            // To seal costs what to open does.
            chaCha20.Encrypt(nonce, clear.AsSpan(0, count), other.AsSpan(0, count), tag);
            aes.Encrypt(nonce, other.AsSpan(0, count), clear.AsSpan(0, count), tag);
        }
    });

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static void Require(bool isDone)
    {
        if (!isDone)
        {
            throw new InvalidOperationException("A codec failed.");
        }
    }
}
