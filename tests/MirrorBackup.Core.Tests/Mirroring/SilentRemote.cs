using MirrorBackup.Remotes;

namespace MirrorBackup.Tests.Mirroring;

/// <summary>A storage that does not say how much room it has, so that nothing is refused before it is tried.</summary>
internal sealed class SilentRemote(IRemote inner) : DelegatingRemote(inner)
{
    public override ValueTask<long?> GetAvailableBytesAsync(CancellationToken cancellationToken = default) => default;
}
