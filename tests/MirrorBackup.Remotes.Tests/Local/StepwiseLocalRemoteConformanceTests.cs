using MirrorBackup.Golden;
using MirrorBackup.Remotes.Local;
using MirrorBackup.Testing;

namespace MirrorBackup.Remotes.Tests;

/// <summary>The file operations on a Linux that cannot open a path in one call.</summary>
public sealed class StepwiseLocalRemoteConformanceTests : RemoteConformanceTests
{
    private readonly TemporaryFolder _folder = new();

    protected override ValueTask<IRemote> CreateRemoteAsync()
    {
        var files = LinuxFileSystem.TryOpen(_folder.Path, stepByStep: true);
        Assert.SkipWhen(files is null, "These are the calls of Linux.");
        return ValueTask.FromResult<IRemote>(LocalRemote.Open(files, new LocalRemoteOptions(), timeProvider: null));
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }
}
