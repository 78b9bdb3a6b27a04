using System.Collections.Immutable;
using System.Runtime.ExceptionServices;
using MirrorBackup.Planning;

namespace MirrorBackup.Mirroring;

/// <summary>Plans one VM from what the remotes hold now, without locks.</summary>
internal static class VmPreview
{
    public static async Task<MirrorPlan?> PlanAsync(RunContext context, string vmId, CancellationToken cancellationToken)
    {
        var job = context.Job;
        var source = (await context.Source.LoadAsync(vmId, cancellationToken).ConfigureAwait(false)).Chain(job.Mode);
        if (source.Points.IsEmpty || !job.Filter.Matches(source))
        {
            return null;
        }

        var requests = ImmutableArray.CreateBuilder<DestinationRequest>(context.Destinations.Count);
        foreach (var destination in context.Destinations)
        {
            if (destination.OpenError is { } error)
            {
                ExceptionDispatchInfo.Throw(error);
            }

            var catalogue = await destination.Repository!.LoadAsync(vmId, cancellationToken).ConfigureAwait(false);
            var chain = catalogue.Chain(job.Mode);
            if (job.VerifyDestinations)
            {
                var damage = new DestinationDamage();
                await damage.FindAsync(destination.Repository.Remote, chain, static () => { }, cancellationToken).ConfigureAwait(false);
                chain = damage.In(chain);
            }

            var free = await destination.Repository.Remote.GetAvailableBytesAsync(cancellationToken).ConfigureAwait(false);
            requests.Add(DestinationRequests.Create(job, destination.Definition, chain, free));
        }

        return MirrorPlanner.Plan(new MirrorRequest
        {
            Source = source,
            SourceEncryptionFingerprint = context.Source.Remote.Capabilities.EncryptionFingerprint,
            Destinations = requests.MoveToImmutable(),
            Options = job.Planning,
            Filter = job.Filter,
            Now = context.Time.GetUtcNow(),
        });
    }
}
