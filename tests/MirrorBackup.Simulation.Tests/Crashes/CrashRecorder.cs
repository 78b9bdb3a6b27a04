using MirrorBackup.Testing.Simulation;

namespace MirrorBackup.Simulation.Tests.Crashes;

/// <summary>Keeps, of a run, every disk that a crash at any of its operations could leave; equal ones once.</summary>
internal sealed class CrashRecorder(SimulatedDisk disk, IReadOnlyList<CrashOutcome> outcomes, string run)
{
    private readonly FootersBeingWritten _footers = new(outcomes.Count == 0 ? [] : EqualFooters.FindClosed(disk));
    private readonly Dictionary<UInt128, CrashState> _states = [];

    /// <summary>How many crashes were looked at: operations times outcomes.</summary>
    public int Crashes { get; private set; }

    /// <summary>The different disks that they leave.</summary>
    public IReadOnlyCollection<CrashState> States => _states.Values;

    public void Start() => disk.BeforeOperation = operation =>
    {
        Add($"before {operation} of {run}");
        _footers.Follow(operation);
    };

    public void Stop()
    {
        disk.BeforeOperation = null;
        Add($"after {run}");
    }

    private void Add(string when)
    {
        foreach (var outcome in outcomes)
        {
            Crashes++;
            var left = disk.Crash(outcome);
            var fingerprint = left.ComputeFingerprint();
            if (_states.TryGetValue(fingerprint, out var state))
            {
                state.BetweenFooters.IntersectWith(_footers.Files);
            }
            else
            {
                _states.Add(fingerprint, new CrashState(left, $"{when}, {outcome}", [.. _footers.Files]));
            }
        }
    }
}
