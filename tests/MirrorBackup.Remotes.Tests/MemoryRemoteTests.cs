using MirrorBackup.Testing;

namespace MirrorBackup.Remotes.Tests;

public sealed class MemoryRemoteTests : RemoteConformanceTests
{
    protected override ValueTask<IRemote> CreateRemoteAsync() => ValueTask.FromResult<IRemote>(new MemoryRemote());
}
