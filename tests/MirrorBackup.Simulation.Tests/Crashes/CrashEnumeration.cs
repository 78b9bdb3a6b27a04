using MirrorBackup.Simulation.Tests.World;
using MirrorBackup.Testing.Simulation;

namespace MirrorBackup.Simulation.Tests.Crashes;

/// <summary>
/// Crashes a job at every operation, with every outcome. What is listed then has to read back, and the next run has to end where an undisturbed one
/// does, with nothing left over and nothing sent that was there.
/// </summary>
internal sealed class CrashEnumeration
{
    private readonly Setting _setting;
    private readonly JobRun _job;
    private readonly Judge _judge;
    private int _crashes;
    private int _states;
    private int _betweenFooters;
    private int _stuck;
    private bool _isWhole;

    public CrashEnumeration(Setting setting)
    {
        _setting = setting;
        _job = new JobRun(setting, new DestinationReader(setting, new Truth(setting)));
        _judge = new Judge(setting);
    }

    /// <summary>Operations times outcomes, those of recovering runs included.</summary>
    public int Crashes => _crashes;

    /// <summary>The different disks among what they left.</summary>
    public int States => _states;

    /// <summary>Disks with a VHD file that a reader who insists on equal footers does not open.</summary>
    public int BetweenFooters => _betweenFooters;

    /// <summary>Disks with a folder that Xen Orchestra's cleaner leaves alone until our next run.</summary>
    public int Stuck => _stuck;

    /// <summary>What was wrong.</summary>
    public IReadOnlyCollection<string> Violations => _judge.Violations;

    /// <summary>Runs it.</summary>
    /// <param name="outcomes">What crashes leave.</param>
    /// <param name="depth">1, or 2 to crash every recovering run, too.</param>
    public async Task RunAsync(IReadOnlyList<CrashOutcome> outcomes, int depth)
    {
        var clock = JobRun.ClockOf(0);
        var disk = _setting.Load(clock);
        var before = await _job.ReadAsync(disk);

        // Where nothing is damaged to begin with.
        _isWhole = before.Values.All(static state => state.Points.Values.All(static problem => problem is null)) && !EqualFooters.Check(disk, EqualFooters.FindClosed(disk).ToHashSet(), static () => { }).Any();
        foreach (var name in _setting.Destinations)
        {
            await using var remote = await _setting.OpenAsync(disk, name, TimeProvider.System);
            _isWhole &= (await XenOrchestraView.CheckAsync(remote, static () => { })).Count == 0;
        }

        var recorder = new CrashRecorder(disk, outcomes, "the run");
        recorder.Start();
        await _job.RunAsync(disk, clock);
        recorder.Stop();
        _judge.SetUndisturbed(before, await _job.ReadAsync(disk));
        await CheckAsync(recorder, outcomes, run: 1, depth);
    }

    private async Task CheckAsync(CrashRecorder recorder, IReadOnlyList<CrashOutcome> outcomes, int run, int depth)
    {
        Interlocked.Add(ref _crashes, recorder.Crashes);
        Interlocked.Add(ref _states, recorder.States.Count);
        await Parallel.ForEachAsync(
            recorder.States,
            new ParallelOptions { MaxDegreeOfParallelism = run == 1 ? Environment.ProcessorCount : 1, CancellationToken = TestContext.Current.CancellationToken },
            async (state, _) =>
            {
                try
                {
                    await CheckAsync(state, outcomes, run, depth);
                }
                catch (Exception error) when (error is not OperationCanceledException)
                {
                    _judge.Blame(state.When, error);
                }
            });
    }

    private async Task CheckAsync(CrashState state, IReadOnlyList<CrashOutcome> outcomes, int run, int depth)
    {
        var crashed = await _job.ReadAsync(state.Disk);
        _judge.CheckListed(crashed, state.When);
        if (_isWhole)
        {
            foreach (var problem in EqualFooters.Check(state.Disk, state.BetweenFooters, () => Interlocked.Increment(ref _betweenFooters)))
            {
                _judge.Blame(state.When, problem);
            }

            foreach (var name in _setting.Destinations)
            {
                await using var remote = await _setting.OpenAsync(state.Disk, name, TimeProvider.System);
                foreach (var problem in await XenOrchestraView.CheckAsync(remote, () => Interlocked.Increment(ref _stuck)))
                {
                    _judge.Blame(state.When, problem);
                }
            }
        }

        var clock = JobRun.ClockOf(run);
        var disk = state.Disk.Crash(CrashOutcome.Kept, clock);
        var recorder = new CrashRecorder(disk, run < depth ? outcomes : [], $"the next run, {state.When}");
        recorder.Start();
        var report = await _job.RunAsync(disk, clock);
        recorder.Stop();
        _judge.CheckConverged(crashed, await _job.ReadAsync(disk), report, state.When);
        if (run < depth)
        {
            await CheckAsync(recorder, outcomes, run + 1, depth);
        }
    }
}
