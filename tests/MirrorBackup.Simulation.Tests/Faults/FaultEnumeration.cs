using Microsoft.Extensions.Time.Testing;
using MirrorBackup.Mirroring;
using MirrorBackup.Remotes;
using MirrorBackup.Simulation.Tests.World;
using MirrorBackup.Testing.Simulation;

namespace MirrorBackup.Simulation.Tests.Faults;

/// <summary>
/// Lets an operation of one remote go wrong, in each way. The job may fail and the process goes on; what is listed then has to read back, and the next run
/// has to end where an undisturbed one does.
/// </summary>
internal sealed class FaultEnumeration
{
    private static readonly TimeSpan s_longerThanAnyStall = TimeSpan.FromMinutes(11);
    private static readonly TimeSpan s_breath = TimeSpan.FromSeconds(1);

    private readonly Setting _setting;
    private readonly bool _isBelowEncryption;
    private readonly JobRun _job;
    private readonly Judge _judge;
    private int _faults;

    /// <param name="setting">The job.</param>
    /// <param name="isBelowEncryption">Whether what goes wrong are the stored files, which the encryption decrypts, or what it gives.</param>
    public FaultEnumeration(Setting setting, bool isBelowEncryption = false)
    {
        (_setting, _isBelowEncryption) = (setting, isBelowEncryption);
        _job = new JobRun(setting, new DestinationReader(setting, new Truth(setting)));
        _judge = new Judge(setting);
    }

    /// <summary>Faults that struck.</summary>
    public int Faults => _faults;

    /// <summary>What was wrong.</summary>
    public IReadOnlyCollection<string> Violations => _judge.Violations;

    /// <summary>Runs it.</summary>
    /// <param name="remote">The remote whose operations go wrong.</param>
    /// <param name="kinds">In which ways.</param>
    /// <param name="stride">Of how many operations one is struck; which, changes from kind to kind.</param>
    public async Task RunAsync(string remote, IReadOnlyList<FaultKind> kinds, int stride)
    {
        var clock = JobRun.ClockOf(0);
        var disk = _setting.Load(clock);
        var before = await _job.ReadAsync(disk);
        FaultyRemote? recorder = null;
        await RunJobAsync(disk, clock, (name, inner) => name == remote ? recorder = new FaultyRemote(inner) : inner);
        _judge.SetUndisturbed(before, await _job.ReadAsync(disk));

        var faults = from kind in kinds from index in Enumerable.Range(0, recorder!.Operations.Count) where (index + (int)kind) % stride == 0 select new Fault(index, kind);
        await Parallel.ForEachAsync(
            faults,
            new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = TestContext.Current.CancellationToken },
            async (fault, _) => await CheckAsync(remote, fault));
    }

    private async Task CheckAsync(string remote, Fault fault)
    {
        var when = $"{fault} of {remote}";
        try
        {
            var clock = JobRun.ClockOf(0);
            var disk = _setting.Load(clock);
            FaultyRemote? faulty = null;
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            var run = RunJobAsync(
                disk, clock, (name, inner) => name == remote ? faulty = new FaultyRemote(inner, fault, hanging: () => _ = PassAsync(clock, stop)) : inner, stop.Token);
            await EndAsync(run);
            if (faulty!.Struck is not { } struck)
            {
                return;
            }

            when = $"{fault.Kind} at {struck} of {remote}";
            Interlocked.Increment(ref _faults);
            var left = await _job.ReadAsync(disk);
            _judge.CheckListed(left, when);

            var next = disk.Crash(CrashOutcome.Kept, JobRun.ClockOf(1));
            var report = await _job.RunAsync(next, JobRun.ClockOf(1));
            _judge.CheckConverged(left, await _job.ReadAsync(next), report, when);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            _judge.Blame(when, error);
        }
    }

    private Task<MirrorReport> RunJobAsync(SimulatedDisk disk, TimeProvider clock, Func<string, IRemote, IRemote> change, CancellationToken? cancellationToken = null) =>
        _isBelowEncryption
            ? _job.RunAsync(disk, clock, below: change, cancellationToken: cancellationToken)
            : _job.RunAsync(disk, clock, change, cancellationToken: cancellationToken);

    // What is timed gives up by itself; what is not, such as a merge, waits until somebody stops it.
    private static async Task PassAsync(FakeTimeProvider clock, CancellationTokenSource stop)
    {
        clock.Advance(s_longerThanAnyStall);
        await Task.Delay(s_breath);
        await stop.CancelAsync();
    }

    // A job may say that it cannot begin at all; everything else is in its report.
    private static async Task EndAsync(Task<MirrorReport> run)
    {
        try
        {
            await run;
        }
        catch (Exception error) when (error is MirrorBackupException or OperationCanceledException)
        {
        }
    }
}
