using System.Text;
using System.Text.RegularExpressions;
using MirrorBackup.Codecs.Encryption;
using MirrorBackup.Golden;
using MirrorBackup.Remotes;
using MirrorBackup.Repositories;

namespace MirrorBackup.Tests.Repositories;

public sealed partial class RepositoryEncryptionTests : IAsyncDisposable
{
    private static readonly RemotePath AlgorithmFile = RemotePath.Parse("encryption.json");
    private static readonly RemotePath KeyCheckFile = RemotePath.Parse("metadata.json");
    private static readonly RemotePath Backup = RemotePath.Parse("xo-vm-backups/vm/20260105T010000Z.json");

    private readonly MemoryRemote _storage = new("cold");
    private readonly EncryptionKey _key = EncryptionKey.FromText(GoldenData.EncryptionKey);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task OpenAsync_EmptyWithoutKey_IsTheRemoteItself()
    {
        Assert.Same(_storage, await RepositoryEncryption.OpenAsync(_storage, null, null, Cancellation));
        Assert.Empty(await NamesAsync());
    }

    [Fact]
    public async Task OpenAsync_EmptyWithKey_WritesNothingUntilSomethingIsWritten()
    {
        var remote = await OpenAsync();
        Assert.NotNull(remote.Capabilities.EncryptionFingerprint);
        Assert.Null(await remote.StatAsync(Backup, Cancellation));
        Assert.Empty(await NamesAsync());

        await remote.WriteAllAsync(Backup, "{}"u8.ToArray(), default, Cancellation);

        Assert.Equal("""{"algorithm":"chacha20-poly1305"}""", await TextAsync(_storage, AlgorithmFile));
        Assert.Matches(RandomPattern(), await TextAsync(remote, KeyCheckFile));
        Assert.Equal(["encryption.json", "metadata.json", "xo-vm-backups"], await NamesAsync());
        Assert.Equal("{}", await TextAsync(await OpenAsync(), Backup));
    }

    [Theory]
    [InlineData("create")]
    [InlineData("lock")]
    [InlineData("directory")]
    public async Task OpenAsync_EmptyWithKey_EveryWayToWriteMakesItEncrypted(string way)
    {
        var remote = await OpenAsync(new EncryptionOptions { Algorithm = EncryptionAlgorithm.Aes256Gcm });

        switch (way)
        {
            case "create":
                await (await remote.CreateAsync(Backup, default, Cancellation)).DisposeAsync();
                break;
            case "lock":
                await (await remote.LockAsync(Backup.Parent, default, Cancellation)).DisposeAsync();
                break;
            default:
                await remote.CreateDirectoryAsync(Backup.Parent, Cancellation);
                break;
        }

        Assert.Equal("""{"algorithm":"aes-256-gcm"}""", await TextAsync(_storage, AlgorithmFile));
        Assert.NotNull(await OpenAsync());
    }

    [Fact]
    public async Task OpenAsync_EmptyAndReadOnly_NeverWrites()
    {
        await using var remote = await RepositoryEncryption.OpenAsync(new ReadOnlyRemote(_storage), _key, null, Cancellation);

        await Assert.ThrowsAsync<RemoteAccessDeniedException>(() => remote.WriteAllAsync(Backup, new byte[1], default, Cancellation).AsTask());
        Assert.Empty(await NamesAsync());
    }

    [Fact]
    public async Task OpenAsync_SetUpByAnotherMeanwhileWithTheSameKey_GoesOn()
    {
        var first = await OpenAsync();
        var second = await OpenAsync();
        await first.WriteAllAsync(Backup, "{}"u8.ToArray(), default, Cancellation);

        await second.WriteAllAsync(Backup, "[]"u8.ToArray(), default, Cancellation);

        Assert.Equal("[]", await TextAsync(first, Backup));
    }

    [Fact]
    public async Task OpenAsync_SetUpByAnotherMeanwhileWithAnotherKey_IsRefused()
    {
        var first = await OpenAsync();
        using var otherKey = EncryptionKey.FromText(new string('k', 32));
        var second = await RepositoryEncryption.OpenAsync(_storage, otherKey, null, Cancellation);
        await first.WriteAllAsync(Backup, "{}"u8.ToArray(), default, Cancellation);

        var refused = await Assert.ThrowsAsync<EncryptionKeyException>(() => second.WriteAllAsync(Backup, "[]"u8.ToArray(), default, Cancellation).AsTask());

        Assert.Contains("it is not empty any more (found \"xo-vm-backups\")", refused.Message, StringComparison.Ordinal);
        Assert.Equal("{}", await TextAsync(first, Backup));
    }

    [Theory]
    [InlineData("chacha20-poly1305")]
    [InlineData("none")]
    [InlineData("rot13")]
    public async Task OpenAsync_OtherwiseEmptyWithOtherSettings_MayBeSetUpAnew(string algorithm)
    {
        await PutAsync(AlgorithmFile, $$"""{"algorithm":"{{algorithm}}"}""");
        await PutAsync(KeyCheckFile, "0123456789012345678901234567890123456789");
        await PutAsync(RemotePath.Parse(".keeper_x"), "");

        var remote = await OpenAsync();
        await remote.WriteAllAsync(Backup, "{}"u8.ToArray(), default, Cancellation);

        Assert.Equal("""{"algorithm":"chacha20-poly1305"}""", await TextAsync(_storage, AlgorithmFile));
        Assert.Equal("{}", await TextAsync(await OpenAsync(), Backup));
    }

    public static TheoryData<string, string?, string?, string, string> Refusals => new()
    {
        // what, encryption.json, metadata.json ("=" for the right one), code, message
        { "wrong key", """{"algorithm":"chacha20-poly1305"}""", "not authentic, 28 bytes long", ErrorCodes.WrongEncryptionKey, "the key does not fit metadata.json" },
        { "cut metadata.json", """{"algorithm":"chacha20-poly1305"}""", "short", ErrorCodes.WrongEncryptionKey, "the key does not fit metadata.json" },
        { "no metadata.json", """{"algorithm":"chacha20-poly1305"}""", null, ErrorCodes.CorruptEncryption, "metadata.json, which tells whether a key is the right one, is missing" },
        { "none", """{"algorithm":"none"}""", """{"random":"x"}""", ErrorCodes.WrongEncryptionKey, "says that it is not encrypted, a key was given" },
        { "a clear remote", null, null, ErrorCodes.WrongEncryptionKey, "it holds files that are not encrypted" },
        { "no encryption.json", null, "not authentic, 28 bytes long", ErrorCodes.CorruptEncryption, "encryption.json is missing, and the key does not fit" },
        { "unknown", """{"algorithm":"rot13"}""", "=", ErrorCodes.UnsupportedFormat, "it is encrypted with \"rot13\"" },
        { "broken JSON", "{\"algorithm\":", "=", ErrorCodes.CorruptEncryption, "encryption.json of cold has 13 bytes that name no algorithm" },
        { "no text", """{"algorithm":5}""", "=", ErrorCodes.CorruptEncryption, "that name no algorithm" },
        { "half of a surrogate pair", """{"algorithm":"\ud800"}""", "=", ErrorCodes.CorruptEncryption, "that name no algorithm" },
        { "such a name", """{"algorithm":"none","\ud800\ud800":1}""", "=", ErrorCodes.CorruptEncryption, "that name no algorithm" },
        { "twice, the last one counts", """{"algorithm":"none","algorithm":"rot13"}""", "=", ErrorCodes.UnsupportedFormat, "it is encrypted with \"rot13\"" },
        { "no object", "[]", "=", ErrorCodes.CorruptEncryption, "that name no algorithm" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task OpenAsync_HoldsFilesAndDoesNotFit_SaysWhyAndChangesNothing(string what, string? algorithm, string? keyCheck, string code, string message)
    {
        Assert.NotEmpty(what);
        await PutAsync(RemotePath.Parse("lost+found/x"), "");
        await PutAsync(AlgorithmFile, algorithm);
        await PutAsync(KeyCheckFile, keyCheck);
        var before = await NamesAsync();

        var refused = await Assert.ThrowsAnyAsync<MirrorBackupException>(() => OpenAsync().AsTask());

        Assert.Equal((code, "cold"), (refused.Code, refused.Remote));
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, await NamesAsync());
    }

    [Fact]
    public async Task OpenAsync_KeyCheckWithoutRandom_IsSaid()
    {
        await using var encrypted = await EncryptedRemote.CreateAsync(_storage, EncryptionAlgorithm.ChaCha20Poly1305, _key, static _ => false, Cancellation);
        await encrypted.WriteAllAsync(KeyCheckFile, "{}"u8.ToArray(), default, Cancellation);
        await PutAsync(AlgorithmFile, """{"algorithm":"chacha20-poly1305"}""");
        await PutAsync(Backup, "x");

        var refused = await Assert.ThrowsAsync<CorruptBackupException>(() => OpenAsync().AsTask());

        Assert.Contains("metadata.json is authentic, but holds no text \"random\"", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"algorithm":"aes-256-gcm"}""", null, ErrorCodes.WrongEncryptionKey, "it is encrypted with aes-256-gcm, and no key was given")]
    [InlineData("""{"algorithm":"rot13"}""", null, ErrorCodes.UnsupportedFormat, "it is encrypted with \"rot13\"")]
    [InlineData(null, "not clear", ErrorCodes.CorruptEncryption, "seems to be encrypted, but encryption.json is missing")]
    public async Task OpenAsync_NoKeyAndEncrypted_SaysSo(string? algorithm, string? keyCheck, string code, string message)
    {
        await PutAsync(AlgorithmFile, algorithm);
        await PutAsync(KeyCheckFile, keyCheck);

        var opening = await Assert.ThrowsAnyAsync<MirrorBackupException>(async () => await RepositoryEncryption.OpenAsync(_storage, null, null, Cancellation));
        var reading = await Assert.ThrowsAnyAsync<MirrorBackupException>(async () => await BackupRepository.OpenAsync(_storage, cancellationToken: Cancellation));

        Assert.Equal((code, code), (opening.Code, reading.Code));
        Assert.Contains(message, opening.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"algorithm":"none"}""", """{"random":"x"}""")]
    [InlineData(null, """{"random":"x"}""")]
    [InlineData(null, """{"mine":1}""")]
    [InlineData(null, """{"\ud800":1,"mine":1,"mine":2}""")]
    public async Task OpenAsync_NoKeyAndClear_IsTheRemoteItself(string? algorithm, string keyCheck)
    {
        await PutAsync(AlgorithmFile, algorithm);
        await PutAsync(KeyCheckFile, keyCheck);

        Assert.Same(_storage, await RepositoryEncryption.OpenAsync(_storage, null, null, Cancellation));
    }

    [Fact]
    public async Task OpenAsync_CbcForNewRemotes_IsRefused() =>
        await Assert.ThrowsAsync<ArgumentException>(() => OpenAsync(new EncryptionOptions { Algorithm = EncryptionAlgorithm.Aes256Cbc }).AsTask());

    [Theory]
    [InlineData("encryption.json", true)]
    [InlineData("immutability.json", true)]
    [InlineData("1700000000000.test", true)]
    [InlineData(".test-immut", true)]
    [InlineData("xo-vm-backups/vm/a.xva.checksum", true)]
    [InlineData("metadata.json", false)]
    [InlineData("xo-vm-backups/encryption.json", false)]
    [InlineData("xo-vm-backups/vm/a.test", false)]
    [InlineData("xo-vm-backups/vm/cache.json.gz", false)]
    [InlineData("xo-vm-backups/vm/vdis/j/d/data/x.vhd/blocks/0/1", false)]
    public void IsClear_Path_IsAsXenOrchestraHasIt(string path, bool expected) =>
        Assert.Equal(expected, EncryptionFiles.IsClear(RemotePath.Parse(path)));

    public async ValueTask DisposeAsync()
    {
        await _storage.DisposeAsync();
        _key.Dispose();
    }

    private ValueTask<IRemote> OpenAsync(EncryptionOptions? options = null) => RepositoryEncryption.OpenAsync(_storage, _key, options, Cancellation);

    private async Task PutAsync(RemotePath path, string? content)
    {
        if (content == "=")
        {
            await using var encrypted = await EncryptedRemote.CreateAsync(new MemoryRemote(), EncryptionAlgorithm.ChaCha20Poly1305, _key, static _ => false, Cancellation);
            await encrypted.WriteAllAsync(path, """{"random":"x"}"""u8.ToArray(), default, Cancellation);
            await _storage.WriteAllAsync(path, await encrypted.Inner.ReadAllAsync(path, 1000, Cancellation), default, Cancellation);
        }
        else if (content is not null)
        {
            await _storage.WriteAllAsync(path, Encoding.UTF8.GetBytes(content), default, Cancellation);
        }
    }

    private async Task<string[]> NamesAsync()
    {
        var names = new List<string>();
        await foreach (var entry in _storage.ListAsync(RemotePath.Root, Cancellation))
        {
            names.Add(entry.Name);
        }

        return [.. names.Order(StringComparer.Ordinal)];
    }

    private static async Task<string> TextAsync(IRemote remote, RemotePath path) =>
        Encoding.UTF8.GetString(await remote.ReadAllAsync(path, 1000, Cancellation));

    [GeneratedRegex("""^\{"random":"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"\}$""")]
    private static partial Regex RandomPattern();
}
