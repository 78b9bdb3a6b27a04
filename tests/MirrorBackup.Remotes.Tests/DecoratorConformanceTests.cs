using MirrorBackup.Testing;

namespace MirrorBackup.Remotes.Tests;

public sealed class MeteredRemoteConformanceTests : RemoteConformanceTests
{
    protected override ValueTask<IRemote> CreateRemoteAsync() => ValueTask.FromResult<IRemote>(new MeteredRemote(new MemoryRemote()));
}

public sealed class RetryingRemoteConformanceTests : RemoteConformanceTests
{
    protected override ValueTask<IRemote> CreateRemoteAsync() => ValueTask.FromResult<IRemote>(new RetryingRemote(new MemoryRemote()));
}
