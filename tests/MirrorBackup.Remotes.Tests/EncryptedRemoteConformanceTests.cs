using MirrorBackup.Codecs.Encryption;
using MirrorBackup.Golden;
using MirrorBackup.Testing;

namespace MirrorBackup.Remotes.Tests;

public abstract class EncryptedRemoteConformanceTests(EncryptionAlgorithm algorithm) : RemoteConformanceTests
{
    protected abstract IRemote CreateStorage();

    protected override async ValueTask<IRemote> CreateRemoteAsync()
    {
        using var key = EncryptionKey.FromText(GoldenData.EncryptionKey);
        return await EncryptedRemote.CreateAsync(CreateStorage(), algorithm, key, static _ => false, Cancellation);
    }
}

public abstract class EncryptedMemoryRemoteTests(EncryptionAlgorithm algorithm) : EncryptedRemoteConformanceTests(algorithm)
{
    protected override IRemote CreateStorage() => new MemoryRemote();
}

public abstract class EncryptedLocalRemoteTests(EncryptionAlgorithm algorithm) : EncryptedRemoteConformanceTests(algorithm)
{
    private readonly TemporaryFolder _folder = new();

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    protected override IRemote CreateStorage() => LocalRemote.Open(_folder.Path);
}

public sealed class ChaCha20MemoryConformanceTests() : EncryptedMemoryRemoteTests(EncryptionAlgorithm.ChaCha20Poly1305);

public sealed class ChaCha20LocalConformanceTests() : EncryptedLocalRemoteTests(EncryptionAlgorithm.ChaCha20Poly1305);

public sealed class AesGcmMemoryConformanceTests() : EncryptedMemoryRemoteTests(EncryptionAlgorithm.Aes256Gcm);

public sealed class AesGcmLocalConformanceTests() : EncryptedLocalRemoteTests(EncryptionAlgorithm.Aes256Gcm);
