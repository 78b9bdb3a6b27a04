using System.Collections.Immutable;
using MirrorBackup.Backups;

namespace MirrorBackup.Planning;

/// <summary>Chooses what is sent to one destination: of what is new, what the retention keeps and the free space takes.</summary>
internal sealed class Selection(SourceView view, DestinationStart start, ImmutableArray<RestorePoint> initial, PlanningOptions options)
{
    private static readonly Dictionary<PointId, StepReason> NothingSkipped = [];
    private static readonly Dictionary<PointId, RouteFailure> NothingRefused = [];

    private readonly RetentionWatch _watch = new(start.Request, initial);
    private readonly NewPoints _newPoints = new(view, start.Request, initial, start.ToRepair);

    /// <summary>Chooses, and puts the steps in order.</summary>
    internal (TransferPass Pass, PlanAssembly Assembly) Choose()
    {
        var (pass, skipped) = WithoutSuperseded(NothingRefused);
        var assembly = Assemble(pass);
        var refused = FreeSpace.Refuse(assembly, start.Request);
        return refused.Count == 0 ? (pass, assembly) : ChooseWhatFits(skipped, refused);
    }

    /// <summary>
    /// First as if everything were sent that does not count as retired, because only what can be sent takes part in the retention;
    /// then without what the retention would not keep, unless that made something impossible.
    /// </summary>
    private (TransferPass Pass, Dictionary<PointId, StepReason> Skipped) WithoutSuperseded(Dictionary<PointId, RouteFailure> refused)
    {
        var retired = Retired(refused);
        var everything = Run(retired, refused);
        var skipped = Superseded(everything, retired);
        if (skipped.Count == retired.Count)
        {
            return (everything, retired);
        }

        var pass = Run(skipped, refused);
        return Failures(pass) > Failures(everything) ? (everything, retired) : (pass, skipped);
    }

    /// <summary>What counts as retired; but where a collapsed key is forbidden, the key that a kept point stands on must be sent all the same.</summary>
    private Dictionary<PointId, StepReason> Retired(Dictionary<PointId, RouteFailure> refused)
    {
        var retired = _newPoints.Retired;
        if (retired.Count == 0 || options.AllowSyntheticKeys)
        {
            return retired;
        }

        var skipped = Superseded(Run(NothingSkipped, refused), retired);
        return retired.Where(entry => skipped.ContainsKey(entry.Key)).ToDictionary();
    }

    private Dictionary<PointId, StepReason> Superseded(TransferPass everything, Dictionary<PointId, StepReason> retired) =>
        SupersededPoints.Find(everything, _watch.Copy(), options, retired);

    /// <summary>
    /// Some points were left out in favour of others that do not fit. They take their place, as far as they fit beside what is sent
    /// anyway, the newest before the older; the rest is refused as well, so that no point is missing without a true reason. What was to
    /// be sent only because a refused point stands on it stays out.
    /// </summary>
    private (TransferPass Pass, PlanAssembly Assembly) ChooseWhatFits(Dictionary<PointId, StepReason> skipped, Dictionary<PointId, RouteFailure> refused)
    {
        var (pass, left) = WithoutSuperseded(refused);
        var replacements = skipped.Keys.Where(id => !left.ContainsKey(id)).OrderBy(view.OrderOf).ToList();
        while (true)
        {
            var assembly = Assemble(pass);
            if (replacements.Count == 0 || FreeSpace.Refuse(assembly, start.Request).Count == 0)
            {
                return WithReasons(pass, assembly, left, refused);
            }

            var given = (replacements.Count + 1) / 2;
            replacements.GetRange(0, given).ForEach(id => left.Add(id, skipped[id]));
            replacements.RemoveRange(0, given);
            pass = Run(left, refused);
        }
    }

    /// <summary>Refuses what was left out and would be kept beside the points that fit.</summary>
    private (TransferPass Pass, PlanAssembly Assembly) WithReasons(
        TransferPass pass, PlanAssembly assembly, Dictionary<PointId, StepReason> skipped, Dictionary<PointId, RouteFailure> refused)
    {
        var watch = _watch.Copy();
        foreach (var outcome in pass.Outcomes)
        {
            watch.Add(outcome.Restored);
        }

        var missed = skipped.Where(entry => entry.Value.Kind != StepReasonKind.CountsAsRetired && watch.Wants(entry.Key)).Select(entry => entry.Key).ToList();
        if (missed.Count == 0)
        {
            return (pass, assembly);
        }

        var named = new Dictionary<PointId, RouteFailure>(refused);
        missed.ForEach(id => named.Add(id, FreeSpace.NoRoomBeside(start.Request)));
        var again = Run(skipped, named);
        return (again, Assemble(again));
    }

    private TransferPass Run(Dictionary<PointId, StepReason> skipped, Dictionary<PointId, RouteFailure> refused) =>
        TransferPass.Run(view, _newPoints, start, options, skipped, refused);

    private PlanAssembly Assemble(TransferPass pass)
    {
        var assembly = new PlanAssembly(start, pass, initial, _watch, options);
        assembly.Run();
        return assembly;
    }

    private static int Failures(TransferPass pass) => pass.Outcomes.Count(outcome => outcome.Failure is not null);
}
