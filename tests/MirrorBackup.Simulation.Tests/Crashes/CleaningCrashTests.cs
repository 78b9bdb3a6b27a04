using System.Collections.Immutable;
using MirrorBackup.Remotes;
using MirrorBackup.Repositories;
using MirrorBackup.Repositories.Cleaning;
using MirrorBackup.Simulation.Tests.World;
using MirrorBackup.Testing.Simulation;

namespace MirrorBackup.Simulation.Tests.Crashes;

/// <summary>A cleaning that is crashed at any of its operations loses nothing that was readable, and the next one ends where an undisturbed one does.</summary>
public sealed class CleaningCrashTests(ITestOutputHelper output)
{
    // In hours: what was unpacked today must not be younger than the clock.
    private const int YearsLater = 10 * 365 * 24;

    private static readonly CrashOutcome[] s_outcomes =
        [CrashOutcome.Lost, CrashOutcome.Kept, CrashOutcome.NamesOnly, CrashOutcome.DataOnly, .. Enumerable.Range(1, Budget.Shuffles).Select(CrashOutcome.Shuffled)];

    public static TheoryData<string, int, bool> Settings => new()
    {
        { "interrupted-merge-file-blocks", 4, false },
        { "interrupted-merge-file-cleanup", 4, false },
        { "interrupted-merge-file-after-rename", 4, false },
        { "interrupted-merge-dir-blocks", 4, false },
        { "interrupted-merge-dir-cleanup", 4, false },
        { "doc-delta", 4, false },
        { "doc-delta", 4, true },
        { "doc-delta-vhddir", 4, false },
        { "doc-delta-vhddir", 4, true },
        { "doc-delta-encrypted", 4, false },
        { "doc-full", 4, false },
        { "doc-full", 4, true },
    };

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task Crash_OfACleaningAtEveryOperation_LosesNothing(string scenario, int step, bool quarantines)
    {
        var setting = new Setting(scenario, step);
        var job = new JobRun(setting, new DestinationReader(setting, new Truth(setting)));
        var disk = setting.Load(JobRun.ClockOf(0));
        if (!scenario.StartsWith("interrupted", StringComparison.Ordinal))
        {
            UnlistNewest(setting, disk);
        }

        var before = await job.ReadAsync(disk);
        var recorder = new CrashRecorder(disk, s_outcomes, "the cleaning");
        recorder.Start();
        await CleanAsync(setting, disk, run: 0, quarantines);
        recorder.Stop();
        var after = await job.ReadAsync(disk);
        var violations = new List<string>();
        Check(before, after, "undisturbed", violations);
        foreach (var state in recorder.States)
        {
            Check(before, await job.ReadAsync(state.Disk), state.When, violations);
            var next = state.Disk.Crash(CrashOutcome.Kept, JobRun.ClockOf(1));
            await CleanAsync(setting, next, run: 1, quarantines);
            var found = await job.ReadAsync(next);
            foreach (var name in setting.Destinations.Where(name => !Kept(found[name]).SetEquals(Kept(after[name])) || !found[name].Points.SequenceEqual(after[name].Points)))
            {
                violations.Add($"{state.When}: the next cleaning leaves {string.Join(", ", Kept(found[name]).SymmetricExcept(Kept(after[name])))} otherwise; {found[name].Unreadable}");
            }
        }

        Coverage.Add($"cleaning {setting}{(quarantines ? ", quarantine" : "")}", recorder.Crashes, recorder.States.Count);
        output.WriteLine($"{recorder.Crashes} crashes, {recorder.States.Count} different states");
        Violations.AssertNone(violations, output);
    }

    private static async Task CleanAsync(Setting setting, SimulatedDisk disk, int run, bool quarantines)
    {
        foreach (var name in setting.Destinations)
        {
            var clock = JobRun.ClockOf(YearsLater + run);
            await using var remote = await setting.OpenAsync(disk, name, clock);
            var repository = await BackupRepository.OpenAsync(remote, new BackupRepositoryOptions { TimeProvider = clock }, TestContext.Current.CancellationToken);
            await repository.CleanAsync(
                new CleaningOptions { Repair = true, Quarantine = quarantines, MinimumAge = TimeSpan.Zero }, null, TestContext.Current.CancellationToken);
        }
    }

    // What it was made of is then to be cleaned away.
    private static void UnlistNewest(Setting setting, SimulatedDisk disk)
    {
        var files = disk.OpenFiles(RemotePath.Parse(setting.Destinations.Single()));
        var newest = files.List(setting.Folder).Where(static entry => entry.Name.EndsWith(RepositoryPaths.MetadataEnding, StringComparison.Ordinal)).Max(static entry => entry.Path);
        files.Unlink(newest);
        files.FlushDirectory(newest.Parent);
    }

    // In quarantine a thing has the time of its cleaning in its path; a cache may be there or not, as long as it says what is true.
    private static ImmutableSortedSet<string> Kept(DestinationState state) =>
        [.. state.Files.Where(static file =>
            !file.StartsWith(".mirrorbackup/quarantine/", StringComparison.Ordinal) && !file.EndsWith("/" + RepositoryPaths.CacheName, StringComparison.Ordinal))];

    private static void Check(
        ImmutableSortedDictionary<string, DestinationState> before, ImmutableSortedDictionary<string, DestinationState> found, string when, List<string> violations)
    {
        foreach (var (name, state) in before)
        {
            // The newest was taken out of the list, and not of the cache, by us.
            if (found[name].Cached is { } cached && cached.Except(found[name].Points.Keys).Except(state.Cached ?? []) is { IsEmpty: false } untrue)
            {
                violations.Add($"{when}: the cache of {name} lists {string.Join(", ", untrue)}, which is not there");
            }

            foreach (var point in state.Points.Where(static point => point.Value is null).Select(static point => point.Key))
            {
                if (!found[name].Points.TryGetValue(point, out var problem) || problem is not null)
                {
                    violations.Add($"{when}: {name} had {point}, which now {(problem is null ? "is not listed" : $"does not read back: {problem}")}");
                }
            }
        }
    }
}
