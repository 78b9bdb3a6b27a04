using MirrorBackup.Golden;
using MirrorBackup.Testing;

namespace MirrorBackup.Remotes.Tests;

public sealed class LocalRemoteConformanceTests : RemoteConformanceTests
{
    private readonly TemporaryFolder _folder = new();

    protected override ValueTask<IRemote> CreateRemoteAsync() => ValueTask.FromResult<IRemote>(LocalRemote.Open(_folder.Path));

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }
}
