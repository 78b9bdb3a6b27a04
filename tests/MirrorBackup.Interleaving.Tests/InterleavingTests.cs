using System.Globalization;
using MirrorBackup.Remotes;
using MirrorBackup.Simulation.Tests.Crashes;
using MirrorBackup.Simulation.Tests.World;
using MirrorBackup.Testing.Simulation;

namespace MirrorBackup.Interleaving.Tests;

/// <summary>
/// Runs jobs whose parts run in parallel in many orders, and lets one operation go wrong, or crashes, in each. <c>MIRRORBACKUP_SIMULATION_SEED</c> chooses
/// other orders; a failure names its seed, and that seed alone repeats it.
/// </summary>
public sealed class InterleavingTests(ITestOutputHelper output)
{
    private const int Orders = 4;

    private static readonly int s_seed =
        int.TryParse(Environment.GetEnvironmentVariable("MIRRORBACKUP_SIMULATION_SEED"), NumberStyles.None, CultureInfo.InvariantCulture, out var seed) ? seed : 1;

    private static readonly FaultKind[] s_faults =
        [FaultKind.FailBefore, FaultKind.FailAfter, FaultKind.Die, FaultKind.TearWrite, FaultKind.Full, FaultKind.LoseLock];

    private static readonly CrashOutcome[] s_outcomes = [CrashOutcome.Lost, CrashOutcome.Kept, CrashOutcome.Shuffled(1)];

    public static TheoryData<string, int> Settings => new()
    {
        { "doc-delta", 4 },
        { "doc-delta-vhddir", 4 },
        { "doc-delta-encrypted", 4 },
        { "two-dests-diff", 5 },
        { "two-dests-full", 5 },
        { "interrupted-merge-dir-blocks", 4 },
    };

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task SameSeed_SameOrder(string scenario, int step)
    {
        var world = new World(new Setting(scenario, step));

        var first = await world.RunAsync(s_seed);
        var again = await world.RunAsync(s_seed);
        var other = await world.RunAsync(s_seed + 1);

        Assert.Equal(first.Order, again.Order);
        if (!scenario.EndsWith("encrypted", StringComparison.Ordinal))
        {
            // What is encrypted begins with random bytes.
            Assert.Equal(first.Disk.ComputeFingerprint(), again.Disk.ComputeFingerprint());
        }

        Assert.NotEqual(first.Order, other.Order);
    }

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task AnyOrder_EndsTheSame(string scenario, int step)
    {
        var world = new World(new Setting(scenario, step));
        await world.SetUndisturbedAsync();

        for (var seed = s_seed; seed < s_seed + (2 * Orders); seed++)
        {
            var (disk, order, report) = await world.RunAsync(seed);
            output.WriteLine($"seed {seed}: {order.Count} operations");
            await world.CheckFinishedAsync(disk, report!, $"seed {seed}");
        }

        Violations.AssertNone(world.Violations, output);
    }

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task Fault_InAnyOrder_LosesNothing(string scenario, int step)
    {
        var setting = new Setting(scenario, step);
        var world = new World(setting);
        await world.SetUndisturbedAsync();
        var struck = 0;

        for (var seed = s_seed; seed < s_seed + Orders; seed++)
        {
            var operations = (await world.RunAsync(seed)).Order.Count;
            var chance = new Random(seed);
            for (var i = 0; i < s_faults.Length; i++)
            {
                var remote = setting.Destinations[chance.Next(setting.Destinations.Length)];
                var fault = new Fault(chance.Next(operations / (setting.Destinations.Length + 1)), s_faults[i]);
                FaultyRemote? faulty = null;
                var (disk, _, _) = await world.RunAsync(
                    seed, (name, inner, scheduler) => name == remote ? faulty = new FaultyRemote(inner, fault, scheduler: scheduler) : new FaultyRemote(inner, scheduler: scheduler));
                struck += faulty!.Struck is null ? 0 : 1;
                await world.CheckRecoveryAsync(disk, $"seed {seed}, {fault.Kind} at {faulty.Struck} of {remote}");
            }
        }

        Violations.AssertNone(world.Violations, output);
        Assert.NotEqual(0, struck);
    }

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task Crash_InAnyOrder_LosesNothing(string scenario, int step)
    {
        var world = new World(new Setting(scenario, step));
        await world.SetUndisturbedAsync();

        for (var seed = s_seed; seed < s_seed + Orders; seed++)
        {
            CrashRecorder? recorder = null;
            await world.RunAsync(seed, prepare: disk =>
            {
                recorder = new CrashRecorder(disk, s_outcomes, string.Create(CultureInfo.InvariantCulture, $"the run with seed {seed}"));
                recorder.Start();
            });
            recorder!.Stop();

            // Which crashes are looked at, the seed decides, too: the enumeration looks at all of them, in the order that comes by itself.
            var states = recorder.States.ToArray();
            new Random(seed).Shuffle(states);
            foreach (var state in states.Take(12))
            {
                await world.CheckRecoveryAsync(state.Disk, state.When);
            }
        }

        Violations.AssertNone(world.Violations, output);
    }

    /// <summary>A setting, run in the order of a seed.</summary>
    private sealed class World(Setting setting)
    {
        private readonly JobRun _job = new(setting, new DestinationReader(setting, new Truth(setting)));
        private readonly Judge _judge = new(setting);

        public IReadOnlyCollection<string> Violations => _judge.Violations;

        public async Task SetUndisturbedAsync()
        {
            var clock = JobRun.ClockOf(0);
            var disk = setting.Load(clock);
            var before = await _job.ReadAsync(disk);
            await _job.RunAsync(disk, clock);
            _judge.SetUndisturbed(before, await _job.ReadAsync(disk));
        }

        public async Task<(SimulatedDisk Disk, IReadOnlyList<string> Order, Mirroring.MirrorReport? Report)> RunAsync(
            int seed, Func<string, IRemote, SeededScheduler, IRemote>? change = null, Action<SimulatedDisk>? prepare = null)
        {
            var clock = JobRun.ClockOf(0);
            var disk = setting.Load(clock);
            prepare?.Invoke(disk);
            using var scheduler = new SeededScheduler(seed);
            Mirroring.MirrorReport? report = null;
            try
            {
                report = await _job.RunAsync(disk, clock, (name, inner) => change?.Invoke(name, inner, scheduler) ?? new FaultyRemote(inner, scheduler: scheduler));
            }
            catch (MirrorBackupException)
            {
                // A job may say that it cannot begin at all; everything else is in its report.
            }

            disk.BeforeOperation = null;
            return (disk, scheduler.Order, report);
        }

        public async Task CheckFinishedAsync(SimulatedDisk disk, Mirroring.MirrorReport report, string when)
        {
            // As if nothing had been there: whatever was sent was new.
            var left = await _job.ReadAsync(setting.Load(JobRun.ClockOf(0)));
            _judge.CheckConverged(left, await _job.ReadAsync(disk), report, when);
        }

        public async Task CheckRecoveryAsync(SimulatedDisk disk, string when)
        {
            var left = await _job.ReadAsync(disk);
            _judge.CheckListed(left, when);
            var next = disk.Crash(CrashOutcome.Kept, JobRun.ClockOf(1));
            var report = await _job.RunAsync(next, JobRun.ClockOf(1));
            _judge.CheckConverged(left, await _job.ReadAsync(next), report, when);
        }
    }
}
