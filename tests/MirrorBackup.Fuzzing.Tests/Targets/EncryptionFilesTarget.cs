using System.Text;
using MirrorBackup.Codecs.Encryption;
using MirrorBackup.Fuzzing.Engine;
using MirrorBackup.Fuzzing.Mutations;
using MirrorBackup.Golden;
using MirrorBackup.Remotes;
using MirrorBackup.Repositories;

namespace MirrorBackup.Fuzzing.Targets;

/// <summary>
/// <c>encryption.json</c> and <c>metadata.json</c> of an encrypted remote, one of them damaged; opened with the key and without. Named <c>sealed</c>, the content is
/// what the authentic file holds.
/// </summary>
internal sealed class EncryptionFilesTarget : FuzzTarget
{
    private const string Sealed = "sealed";
    private const string Algorithm = "encryption.json";
    private const string KeyCheck = "metadata.json";

    private static readonly IReadOnlyDictionary<string, byte[]> s_files = GoldenFiles.Load("d4-enc-aes256gcm-full");
    private static readonly byte[] s_check = Encoding.ASCII.GetBytes("""{"random":"5d9c250f-1da1-4029-b58e-973dd6d97c68"}""");
    private static readonly byte[][] s_algorithms = [.. ((string[])["chacha20-poly1305", "aes-256-gcm", "aes-256-cbc", "none"]).Select(static name => Encoding.ASCII.GetBytes($"{{\"algorithm\":\"{name}\"}}"))];

    public override string Name => "encryption-files";

    public override int Iterations => 1500;

    public override IReadOnlyList<string> Names => ["The remote memory"];

    public override long MaximumAllocation(int inputLength) => (4L << 20) + (128L * inputLength);

    public override byte[] CreateInput(Random random) => (random.Next(3) switch
    {
        0 => new NamedBytes(Algorithm, JsonMutation.Apply(random, s_algorithms[random.Next(s_algorithms.Length)], s_check)),
        1 => new NamedBytes(KeyCheck, ByteMutation.Apply(random, s_files[KeyCheck], s_check)),
        _ => new NamedBytes(Sealed, JsonMutation.Apply(random, s_check, s_algorithms[0])),
    }).ToInput();

    public override async Task RunAsync(byte[] input, CancellationToken cancellationToken)
    {
        var changed = NamedBytes.FromInput(input);
        MirrorBackupException? refused = null;
        foreach (var hasKey in (bool[])[true, false])
        {
            var remote = new MemoryRemote();
            await remote.WriteAllAsync(RemotePath.Parse(Algorithm), s_files[Algorithm], default, cancellationToken);
            await remote.WriteAllAsync(RemotePath.Parse(KeyCheck), s_files[KeyCheck], default, cancellationToken);
            await remote.WriteAllAsync(RemotePath.Parse("xo-vm-backups/file"), new byte[28], default, cancellationToken);
            using var key = EncryptionKey.FromText(GoldenData.EncryptionKey);
            if (changed.Name == Sealed)
            {
                var encrypted = await EncryptedRemote.CreateAsync(remote, EncryptionAlgorithm.Aes256Gcm, key, static _ => false, cancellationToken);
                await encrypted.WriteAllAsync(RemotePath.Parse(KeyCheck), changed.Content, default, cancellationToken);
            }
            else
            {
                await remote.WriteAllAsync(RemotePath.Parse(changed.Name), changed.Content, default, cancellationToken);
            }

            try
            {
                await using var opened = await RepositoryEncryption.OpenAsync(remote, hasKey ? key : null, null, cancellationToken);
                await BackupRepository.OpenAsync(opened, null, cancellationToken);
            }
            catch (MirrorBackupException error)
            {
                refused = error;
                FuzzAssertionException.ThrowUnless(!error.ToString().Contains(GoldenData.EncryptionKey, StringComparison.Ordinal), "the message shows the key");
            }
        }

        if (refused is not null)
        {
            throw refused;
        }
    }
}
