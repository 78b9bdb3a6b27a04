using System.Collections.Immutable;
using MirrorBackup.Backups;

namespace MirrorBackup.Planning;

/// <summary>
/// Turns what a source and its destinations hold into what is to be done. Pure: the same request gives the same plan, without
/// any I/O, clock or state; safe to call from any thread.
/// </summary>
public static class MirrorPlanner
{
    /// <summary>Plans the mirroring of one VM in one mode. The cost is O(n log n) in restore points, per destination.</summary>
    /// <param name="request">Everything that the plan depends on.</param>
    /// <returns>The plan. What cannot be done is in it as conflicts.</returns>
    /// <exception cref="MirrorBackupException">
    /// The request contradicts itself (<see cref="ErrorCodes.InvalidRequest"/>): chains of different VMs or modes, two destinations of one
    /// name, an unsafe job id, a retention without time zone; or a chain is not one (<see cref="ErrorCodes.InvalidChain"/>).
    /// </exception>
    public static MirrorPlan Plan(MirrorRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var source = BackupChain.From(request.Source);
        RequestCheck.EnsureValid(request, source);
        var view = new SourceView(source, request.Filter) { Encryption = request.SourceEncryptionFingerprint };
        var sourceHash = PlanFingerprint.OfSource(request, source);
        var plans = request.Destinations.Select(destination => new DestinationPlanner(view, destination, request).Plan(sourceHash)).ToList();
        var names = PointNames.Of([source, .. plans.Select(plan => plan.Before), .. plans.Select(plan => plan.Result)]);
        return new MirrorPlan
        {
            VmId = source.VmId,
            Mode = source.Mode,
            Source = source,
            ReadOrder = ReadOrder(view, plans),
            Destinations = [.. plans.Select(plan => plan with { Names = names })],
            Names = names,
        };
    }

    /// <summary>Says what a chain is after a step, without doing it.</summary>
    /// <param name="chain">The chain of the destination before the step.</param>
    /// <param name="step">A step of a plan for it.</param>
    /// <returns>The chain after the step.</returns>
    /// <exception cref="MirrorBackupException">The step names a point or a revision that the chain does not have (<see cref="ErrorCodes.InvalidRequest"/>).</exception>
    public static BackupChain Apply(BackupChain chain, MirrorStep step) => Apply(chain, [step]);

    /// <summary>Says what a chain is after some steps, without doing them. The cost is that of the chain and of the steps, not of their product.</summary>
    /// <param name="chain">The chain of the destination before the steps.</param>
    /// <param name="steps">Steps of a plan for it, in their order; any number of them from the first on.</param>
    /// <returns>The chain after the steps.</returns>
    /// <exception cref="MirrorBackupException">A step names a point or a revision that the chain does not have (<see cref="ErrorCodes.InvalidRequest"/>).</exception>
    public static BackupChain Apply(BackupChain chain, IEnumerable<MirrorStep> steps)
    {
        ArgumentNullException.ThrowIfNull(chain);
        ArgumentNullException.ThrowIfNull(steps);
        var model = new DestinationModel(chain);
        foreach (var step in steps)
        {
            ArgumentNullException.ThrowIfNull(step, nameof(steps));
            model.Apply(step);
        }

        return model.ToChain();
    }

    private static ImmutableArray<PointId> ReadOrder(SourceView view, List<DestinationPlan> plans)
    {
        var read = new HashSet<PointId>();
        foreach (var step in plans.SelectMany(plan => plan.Steps))
        {
            switch (step)
            {
                case TransferStep transfer:
                    read.Add(transfer.Point.Id);
                    break;
                case ReplaceStep replace:
                    read.Add(replace.Point.Id);
                    break;
            }
        }

        return [.. read.OrderBy(view.OrderOf)];
    }
}
