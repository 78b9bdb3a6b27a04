using System.Text;
using MirrorBackup.Codecs.Encryption;
using MirrorBackup.Fuzzing.Engine;
using MirrorBackup.Fuzzing.Mutations;
using MirrorBackup.Golden;
using MirrorBackup.Remotes;

namespace MirrorBackup.Fuzzing.Targets;

/// <summary>
/// One encrypted file, read whole, in pieces and as it is stored, small and as a large one is read. No damaged one may be read, but of the cipher that does not
/// authenticate. The name of an input is the cipher.
/// </summary>
internal sealed class EncryptedFileTarget : FuzzTarget
{
    private const string Clear = "What Xen Orchestra wrote, longer than a block of any cipher: 0123456789abcdefghijklmnopqrstuvwxyz.";

    private static readonly RemotePath s_path = RemotePath.Parse("folder/file");
    private static readonly EncryptionAlgorithm[] s_algorithms = Enum.GetValues<EncryptionAlgorithm>();
    private static readonly Dictionary<EncryptionAlgorithm, byte[][]> s_corpus = s_algorithms.ToDictionary(
        static algorithm => algorithm,
        static algorithm => ((int[])[0, 1, 16, 100]).Select(length => Seal(algorithm, Encoding.ASCII.GetBytes(Clear[..Math.Min(length, Clear.Length)]))).ToArray());

    public override string Name => "encrypted-file";

    public override int Iterations => 3000;

    public override long MaximumAllocation(int inputLength) => (4L << 20) + (64L * inputLength);

    public override byte[] CreateInput(Random random)
    {
        var algorithm = s_algorithms[random.Next(s_algorithms.Length)];
        var corpus = s_corpus[algorithm];
        return new NamedBytes(algorithm.ToString(), ByteMutation.Apply(random, corpus[random.Next(corpus.Length)], corpus[random.Next(corpus.Length)])).ToInput();
    }

    public override async Task RunAsync(byte[] input, CancellationToken cancellationToken)
    {
        var (name, stored) = NamedBytes.FromInput(input);
        var algorithm = Enum.Parse<EncryptionAlgorithm>(name);
        using var key = EncryptionKey.FromText(GoldenData.EncryptionKey);
        var storage = new MemoryRemote();
        await storage.WriteAllAsync(s_path, stored, default, cancellationToken);
        await using var remote = await EncryptedRemote.CreateAsync(storage, algorithm, key, static _ => false, cancellationToken);
        var isAuthentic = algorithm == EncryptionAlgorithm.Aes256Cbc || s_corpus[algorithm].Any(whole => whole.AsSpan().SequenceEqual(stored));
        MirrorBackupException? refused = null;
        byte[]? whole = null;
        foreach (var read in Ways(remote, storage, algorithm, cancellationToken))
        {
            try
            {
                var content = await read();
                FuzzAssertionException.ThrowUnless(isAuthentic, $"{stored.Length} bytes that nobody encrypted were read");
                FuzzAssertionException.ThrowUnless(refused is null && (whole ??= content).AsSpan().SequenceEqual(content), "two ways to read it differ");
            }
            catch (MirrorBackupException error)
            {
                FuzzAssertionException.ThrowUnless(whole is null, $"one way to read it fails: {error}");
                refused = error;
            }
        }

        if (refused is not null)
        {
            throw refused;
        }
    }

    private static IEnumerable<Func<Task<byte[]>>> Ways(EncryptedRemote remote, MemoryRemote storage, EncryptionAlgorithm algorithm, CancellationToken cancellationToken)
    {
        yield return () => remote.ReadAllAsync(s_path, int.MaxValue, cancellationToken).AsTask();
        yield return async () => await InPiecesAsync(await remote.OpenReadAsync(s_path, cancellationToken), cancellationToken);
        if (algorithm != EncryptionAlgorithm.Aes256Cbc && storage.StatAsync(s_path, cancellationToken).AsTask().Result!.Value.Length > 28)
        {
            // Only large files are read in this way: one without content is never asked for a byte, and so for its tag.
            yield return async () =>
            {
                using var cipher = new FileCipher(EncryptionScheme.Of(algorithm), EncryptionKey.FromText(GoldenData.EncryptionKey));
                return await InPiecesAsync(new SequentialFile(await storage.OpenReadAsync(s_path, cancellationToken), "memory", cipher, asStored: false), cancellationToken);
            };
        }
    }

    // With a look at the start in between, as one takes that asks what kind of file it is.
    private static async Task<byte[]> InPiecesAsync(IRemoteFile opened, CancellationToken cancellationToken)
    {
        await using var file = opened;
        using var content = new MemoryStream();
        var piece = new byte[7];
        for (int count; (count = await file.ReadAsync(content.Length, piece, cancellationToken)) > 0;)
        {
            content.Write(piece, 0, count);
            await file.ReadAsync(0, piece, cancellationToken);
        }

        return content.Length == file.Length && (content.Length > 0 || await file.ReadAsync(0, piece, cancellationToken) == 0)
            ? content.ToArray()
            : throw new FuzzAssertionException($"{content.Length} of {file.Length} bytes could be read");
    }

    private static byte[] Seal(EncryptionAlgorithm algorithm, byte[] clear)
    {
        if (algorithm == EncryptionAlgorithm.Aes256Cbc)
        {
            using var aes = System.Security.Cryptography.Aes.Create();
            aes.Key = Encoding.ASCII.GetBytes(GoldenData.EncryptionKey);
            return [.. new byte[16], .. aes.EncryptCbc(clear, new byte[16])];
        }

        return RemoteFiles.Seal(algorithm, clear);
    }
}
