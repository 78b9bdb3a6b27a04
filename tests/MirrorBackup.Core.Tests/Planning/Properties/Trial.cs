using System.Collections.Immutable;
using MirrorBackup.Planning;

namespace MirrorBackup.Tests.Planning.Properties;

/// <summary>A case that has been played and planned.</summary>
internal sealed class Trial
{
    internal Trial(MirrorCase mirrorCase)
    {
        World = new HistoryWorld(mirrorCase);
        Request = World.Request();
        Plan = MirrorPlanner.Plan(Request);
        Runs = [.. Plan.Destinations.Select((plan, index) => new DestinationRun(World, World.Destinations[index], Request.Destinations[index], plan))];
    }

    internal HistoryWorld World { get; }

    internal MirrorRequest Request { get; }

    internal MirrorPlan Plan { get; }

    internal ImmutableArray<DestinationRun> Runs { get; }
}
