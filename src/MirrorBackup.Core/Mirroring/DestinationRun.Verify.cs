namespace MirrorBackup.Mirroring;

/// <content>Reading the destination before planning.</content>
internal sealed partial class DestinationRun
{
    private readonly DestinationDamage _damage = new();

    /// <summary>Reads everything that is there; what cannot be read whole counts as unreadable from now on.</summary>
    private async Task VerifyAsync(CancellationToken cancellationToken)
    {
        _context.Progress.Begin($"{_vmId} → {Name}: verify");
        await _patience.RunWatchedAsync(
            (goesOn, stop) => _damage.FindAsync(Repository.Remote, Chain, goesOn, stop), _context.Job.StallTimeout, cancellationToken).ConfigureAwait(false);
        if (_damage.Count > 0)
        {
            _context.Logger.DestinationDamaged(_vmId, Name, _damage.Count);
            Chain = _damage.In(Chain);
            Request = Request with { Chain = Chain };
        }
    }
}
