using MirrorBackup.Golden;

namespace MirrorBackup.Tests;

public sealed class GoldenDataTests
{
    [Fact]
    public void UnpackState_KnownStep_HoldsSourceAndDestination()
    {
        using var folder = new TemporaryFolder();

        GoldenData.UnpackState("doc-delta", 2, folder.Path);

        Assert.Equal(3, Directory.GetFiles(folder["src"], "2*.json", SearchOption.AllDirectories).Length);
        Assert.Equal(3, Directory.GetFiles(folder["dst"], "2*.json", SearchOption.AllDirectories).Length);
    }
}
