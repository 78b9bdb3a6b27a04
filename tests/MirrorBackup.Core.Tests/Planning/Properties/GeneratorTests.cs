using MirrorBackup.Backups;

namespace MirrorBackup.Tests.Planning.Properties;

/// <summary>The suite is worth what its histories are: they must be true, and varied.</summary>
public sealed class GeneratorTests
{
    [Fact]
    public void Source_EveryRestorablePoint_HoldsWhatTheGuestHadWritten() => PropertyCheck.ForEachHistory((_, world) =>
    {
        foreach (var point in world.Source.Points.Where(world.Source.IsRestorable))
        {
            AssertTrue(world, world.Source, point);
        }
    });

    [Fact]
    public void Destination_EveryRestorablePoint_HoldsWhatTheGuestHadWritten() => PropertyCheck.ForEachHistory((_, world) =>
    {
        foreach (var destination in world.Destinations)
        {
            foreach (var point in destination.Points.Where(destination.IsRestorable))
            {
                AssertTrue(world, destination, point);
            }
        }
    });

    [Fact]
    public void Chain_OfEveryRepository_SeesTheSameRestorablePoints() => PropertyCheck.ForEachHistory((_, world) =>
    {
        foreach (var repository in world.Destinations.Append(world.Source))
        {
            var chain = BackupChain.From(repository.ToChain());
            Assert.Equal(
                repository.Points.Where(repository.IsRestorable).Select(point => point.Name).Order(StringComparer.Ordinal),
                chain.Points.Where(chain.IsRestorable).Select(point => point.Name).Order(StringComparer.Ordinal));
        }
    });

    private static void AssertTrue(HistoryWorld world, SimulatedRepository repository, RestorePoint point)
    {
        foreach (var disk in point.Disks)
        {
            Assert.Equal<int>(world.Truth[repository.Revisions[disk.Path].Facts.Id], repository.View(disk.Path)!.Value);
        }
    }
}
