using System.IO.Pipelines;
using System.Security.Cryptography;
using MirrorBackup.Remotes;
using MirrorBackup.Transfer;

namespace MirrorBackup.Tests.Transfer;

public sealed class StreamCopyTests : IAsyncDisposable
{
    private static readonly RemotePath s_source = RemotePath.Parse("source.xva");
    private static readonly RemotePath s_target = RemotePath.Parse("vm/target.xva");

    private readonly BlockPool _pool = new(blockBytes: 4096);
    private readonly MemoryRemote _remote = new();
    private readonly MemoryRemote _first = new("first");
    private readonly MemoryRemote _second = new("second");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private CopyOptions Options => new() { Pool = _pool };

    public async ValueTask DisposeAsync()
    {
        Assert.Equal(0, _pool.Outstanding);
        await _remote.DisposeAsync();
        await _first.DisposeAsync();
        await _second.DisposeAsync();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4096)]
    [InlineData(100_001)]
    public async Task RunAsync_File_ArrivesEverywhereWithItsHash(int length)
    {
        var content = await WriteSourceAsync(length);
        await using var source = await _remote.OpenReadAsync(s_source, Cancelled);
        using var md5 = new HashTap(HashAlgorithmName.MD5);

        var result = await StreamCopy.RunAsync(source, [Target(_first), Target(_second)], [md5], Options, cancellationToken: Cancelled);

        Assert.True(result.Succeeded);
        Assert.Equal(length, result.BytesRead);
        Assert.All(result.Outcomes, outcome => Assert.Equal(length, outcome.BytesWritten));
        Assert.Equal(content, await _first.ReadAllAsync(s_target, int.MaxValue, Cancelled));
        Assert.Equal(content, await _second.ReadAllAsync(s_target, int.MaxValue, Cancelled));
        Assert.Equal(Convert.ToHexStringLower(CryptographicOperations.HashData(HashAlgorithmName.MD5, content)), md5.ToHex());
    }

    // formats/repository.md §2.5.
    [Fact]
    public async Task RunAsync_Pipe_IsHashedAsXenOrchestraDoes()
    {
        var pipe = new Pipe(PipeDefaults.Pipe);
        await pipe.Writer.WriteAsync("abc"u8.ToArray(), Cancelled);
        await pipe.Writer.CompleteAsync();
        using var md5 = new HashTap(HashAlgorithmName.MD5);

        var result = await StreamCopy.RunAsync(pipe.Reader, [Target(_first)], [md5], Options, cancellationToken: Cancelled);

        Assert.True(result.Succeeded);
        Assert.Equal("900150983cd24fb0d6963f7d28e17f72", md5.ToHex());
        Assert.Equal("abc"u8.ToArray(), await _first.ReadAllAsync(s_target, 10, Cancelled));
    }

    [Fact]
    public async Task RunAsync_PipeFails_LeavesNothing()
    {
        var pipe = new Pipe(PipeDefaults.Pipe);
        await pipe.Writer.WriteAsync(new byte[10_000], Cancelled);
        await pipe.Writer.CompleteAsync(new RemoteUnavailableException("gone"));

        var result = await StreamCopy.RunAsync(pipe.Reader, [Target(_first)], null, Options, cancellationToken: Cancelled);

        Assert.Equal("gone", result.SourceError!.Message);
        Assert.Null(await _first.StatAsync(s_target, Cancelled));
    }

    // Xen Orchestra copies a damaged archive and reports success (golden scenario source-xva-damaged).
    [Fact]
    public async Task RunAsync_VerificationOrTapFails_NothingIsVisible()
    {
        await WriteSourceAsync(50_000);
        await using var source = await _remote.OpenReadAsync(s_source, Cancelled);
        var wrong = new IntegrityException("another checksum");

        var verified = await StreamCopy.RunAsync(source, [Target(_first)], null, Options, _ => throw wrong, Cancelled);
        var tapped = await StreamCopy.RunAsync(source, [Target(_second)], [new FailingTap(wrong)], Options, cancellationToken: Cancelled);

        Assert.Same(wrong, verified.SourceError);
        Assert.Same(wrong, tapped.SourceError);
        Assert.Null(await _first.StatAsync(s_target, Cancelled));
        Assert.Null(await _second.StatAsync(s_target, Cancelled));
    }

    [Fact]
    public async Task RunAsync_OneUploadFails_TheOtherFinishes()
    {
        var content = await WriteSourceAsync(100_000);
        await using var source = await _remote.OpenReadAsync(s_source, Cancelled);
        var failing = Target(_first) with { BeforeCommit = static _ => throw new BackupLockedException("lost", ErrorCodes.LockLost) };

        var result = await StreamCopy.RunAsync(source, [failing, Target(_second)], null, Options, cancellationToken: Cancelled);

        Assert.IsType<BackupLockedException>(result.Outcomes[0].Error);
        Assert.Null(await _first.StatAsync(s_target, Cancelled));
        Assert.Equal(content, await _second.ReadAllAsync(s_target, int.MaxValue, Cancelled));
    }

    private static CopyTarget<IUpload> Target(MemoryRemote remote) => new(remote.Name, stop => remote.CreateAsync(s_target, default, stop));

    private async Task<byte[]> WriteSourceAsync(int length)
    {
        var content = new byte[length];
        new Random(length).NextBytes(content);
        await _remote.WriteAllAsync(s_source, content, default, Cancelled);
        return content;
    }

    private sealed class FailingTap(Exception error) : IStreamTap
    {
        public void Append(ReadOnlySpan<byte> bytes) => throw error;
    }
}
