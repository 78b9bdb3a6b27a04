namespace MirrorBackup.Tests.Mirroring;

/// <summary>Lets somebody do one step at a time: it waits before each, and whoever gives it a turn goes on when the step is done.</summary>
internal sealed class TurnTaking : IDisposable
{
    private readonly SemaphoreSlim _turns = new(0);
    private readonly SemaphoreSlim _arrivals = new(0);
    private readonly SemaphoreSlim _one = new(1);
    private bool _begun;
    private volatile bool _ended;

    /// <summary>Waits for a turn.</summary>
    public async ValueTask AwaitAsync()
    {
        if (!_ended)
        {
            _arrivals.Release();
            await _turns.WaitAsync();
        }
    }

    /// <summary>Gives a turn, and waits until it was used, or until the other has done all that it had to do.</summary>
    public async Task GiveAsync(Task other)
    {
        await _one.WaitAsync();
        try
        {
            if (!_begun)
            {
                _begun = true;
                await Task.WhenAny(other, _arrivals.WaitAsync());
            }

            if (!other.IsCompleted)
            {
                _turns.Release();
                await Task.WhenAny(other, _arrivals.WaitAsync());
            }
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>From now on nobody waits.</summary>
    public void End()
    {
        _ended = true;
        _turns.Release(1000);
    }

    public void Dispose()
    {
        _turns.Dispose();
        _arrivals.Dispose();
        _one.Dispose();
    }
}
