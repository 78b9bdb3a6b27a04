using MirrorBackup.Golden;
using MirrorBackup.Remotes.Local;
using MirrorBackup.Testing;

namespace MirrorBackup.Remotes.Tests;

/// <summary>The file operations of Windows and macOS, as far as they run here, too.</summary>
public sealed class PortableLocalRemoteConformanceTests : RemoteConformanceTests
{
    private readonly TemporaryFolder _folder = new();

    protected override ValueTask<IRemote> CreateRemoteAsync() =>
        ValueTask.FromResult<IRemote>(LocalRemote.Open(new PortableFileSystem(_folder.Path), new LocalRemoteOptions(), timeProvider: null));

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }
}
