using MirrorBackup.Remotes;
using MirrorBackup.Repositories;
using MirrorBackup.Simulation.Tests.Crashes;
using MirrorBackup.Simulation.Tests.World;
using MirrorBackup.Testing.Simulation;

namespace MirrorBackup.Simulation.Tests.Order;

/// <summary>Whatever a run does: between two looks at the lock it publishes, merges or deletes one thing, with what goes along with it.</summary>
public sealed class LockLookTests
{
    /// <summary>How many blocks a merge of directories moves after one look: the work of an instant.</summary>
    private const int BlocksOfOneLook = 512;

    [Theory]
    [MemberData(nameof(CrashEnumerationTests.Settings), MemberType = typeof(CrashEnumerationTests))]
    public async Task Change_HasALookOfItsOwn(string scenario, int step, string? policy)
    {
        var setting = new Setting(scenario, step, policy);
        var clock = JobRun.ClockOf(0);
        var watched = new Dictionary<string, FaultyRemote>(StringComparer.Ordinal);
        await new JobRun(setting, new DestinationReader(setting, new Truth(setting)))
            .RunAsync(setting.Load(clock), clock, (name, remote) => watched[name] = new FaultyRemote(remote));

        Assert.DoesNotContain(watched["src"].Operations, static operation => operation.IsChange && operation.Kind != RemoteOperationKind.Lock);
        foreach (var name in setting.Destinations)
        {
            Check(watched[name].Operations);
        }
    }

    private static void Check(IReadOnlyCollection<RemoteOperation> operations)
    {
        // What comes before the lock changes nothing, and the lock that was just taken is as good as a look.
        Assert.DoesNotContain(operations.TakeWhile(static operation => operation.Kind != RemoteOperationKind.Lock), static operation => operation.IsChange);
        var (changes, looks) = (new List<RemoteOperation>(), 0);
        foreach (var operation in operations)
        {
            if (operation.Kind is RemoteOperationKind.EnsureHeld or RemoteOperationKind.Lock)
            {
                CheckOneLook(changes);
                changes.Clear();
                looks++;
            }
            else if (operation.IsChange)
            {
                changes.Add(operation);
            }
        }

        CheckOneLook(changes);
        Assert.True(looks > 1 || !operations.Any(IsDecisive), "Nothing looked at the lock.");
    }

    private static void CheckOneLook(List<RemoteOperation> changes)
    {
        var things = changes.Where(IsDecisive).Select(static change => change.Path).Distinct().ToArray();
        Assert.True(things.Length <= 1, $"Of these only one may follow a look at the lock: {string.Join(", ", changes)}");
        Assert.InRange(changes.Count(static change => change.Kind == RemoteOperationKind.Move && IsInData(change.Path)), 0, BlocksOfOneLook);
    }

    // Not the writing of what nothing shows yet, nor the cache and the checksum, which say nothing without their file, nor our own records.
    private static bool IsDecisive(RemoteOperation change) =>
        change.Kind is RemoteOperationKind.Commit or RemoteOperationKind.WriteAll or RemoteOperationKind.OpenForUpdate or RemoteOperationKind.Move
            or RemoteOperationKind.Delete or RemoteOperationKind.DeleteTree
        && !IsInData(change.Path)
        && change.Path.Name != RepositoryPaths.CacheName
        && !change.Path.Name.EndsWith(RepositoryPaths.ChecksumEnding, StringComparison.Ordinal)
        && !change.Path.Value.StartsWith('.');

    // Inside a data directory; the directory itself is a thing.
    private static bool IsInData(RemotePath path) => !path.IsRoot && !path.Parent.IsRoot && path.Parent.Value.Contains("/data/", StringComparison.Ordinal);
}
