namespace MirrorBackup.Remotes.Tests;

public sealed class MeteredRemoteTests
{
    private static readonly RemotePath File = RemotePath.Parse("folder/file");

    [Fact]
    public async Task Traffic_ReadsWritesAndCalls_AreCounted()
    {
        var token = TestContext.Current.CancellationToken;
        await using var remote = new MeteredRemote(new MemoryRemote());

        await remote.WriteAllAsync(File, new byte[100], cancellationToken: token);
        await using (var upload = await remote.CreateAsync(File, cancellationToken: token))
        {
            await upload.Output.WriteAsync(new byte[1000], token);
            upload.Output.GetSpan(50).Clear();
            upload.Output.Advance(50);
            await upload.CommitAsync(token);
        }

        _ = await remote.ReadAllAsync(File, 2000, token);
        await using (var file = await remote.OpenForUpdateAsync(File, token))
        {
            await file.WriteAsync(0, new byte[7], token);
            _ = await file.ReadAsync(1045, new byte[100], token);
        }

        await using (var stored = await remote.OpenStoredAsync(File, token))
        {
            _ = await stored.ReadAsync(0, new byte[3], token);
        }

        _ = await remote.StatAsync(File, token);

        Assert.Equal(new RemoteTraffic(BytesRead: 1050 + 5 + 3, BytesWritten: 100 + 1050 + 7, Operations: 6), remote.Traffic);
    }
}
