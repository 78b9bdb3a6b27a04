using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Reflection;
using MirrorBackup.Backups;
using MirrorBackup.Planning;
using MirrorBackup.Remotes;
using MirrorBackup.Repositories;

namespace MirrorBackup.Mirroring;

/// <summary>
/// Tells the VMs with nothing to do by the names, lengths and times in their folders. A plan follows from both catalogues and the settings, and a catalogue from
/// the files: where an earlier run found nothing to do and all of that is the same, there is nothing to do. Nothing is locked for this look, since nothing is
/// changed after it. Where anything is odd, nothing is told, and the VM is read as ever.
/// </summary>
internal sealed class SettledVms
{
    private const int Concurrency = 8;

    // What changes so soon after it was seen could keep its time: the coarsest file systems count in 2 seconds, and locks suppose that clocks agree within 10.
    private static readonly TimeSpan s_minimumAge = TimeSpan.FromSeconds(15);

    // Another version may find something to do where this one does not.
    private static readonly string s_version =
        typeof(SettledVms).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";

    private readonly RunContext _context;
    private readonly ImmutableArray<Place> _places;
    private readonly ConcurrentDictionary<string, ImmutableArray<string>> _states = new(StringComparer.Ordinal);
    private volatile bool _hasFailed;

    private SettledVms(RunContext context, ImmutableArray<Place> places) => (_context, _places) = (context, places);

    /// <summary>Reads what earlier runs of the job found, where it may be used.</summary>
    public static async Task<SettledVms> OpenAsync(RunContext context, CancellationToken cancellationToken)
    {
        var places = await Task.WhenAll(IsUsable(context) ? context.Destinations.Select(destination => OpenAsync(context, destination, cancellationToken)) : [])
            .ConfigureAwait(false);
        return new SettledVms(context, places.Contains(null) ? [] : [.. places.Select(static place => place!)]);
    }

    /// <summary>Looks at the folders of VMs.</summary>
    /// <returns>The reports of those for which there is nothing to do, by VM.</returns>
    public async Task<ImmutableArray<VmReport>> FindAsync(ImmutableArray<string> vms, CancellationToken cancellationToken)
    {
        if (_places.IsEmpty)
        {
            return [];
        }

        var reports = await BoundedWork.RunAsync(vms, Concurrency, FindAsync, cancellationToken).ConfigureAwait(false);
        return [.. reports.OfType<VmReport>()];
    }

    /// <summary>A run had nothing to do for a VM.</summary>
    public void Add(VmReport report)
    {
        if (_states.TryGetValue(report.VmId, out var states))
        {
            for (var i = 0; i < states.Length; i++)
            {
                _places[i].Found[report.VmId] = new SettledVm(states[i], report.VmName, report.Destinations[i].Before ?? "");
            }
        }
    }

    /// <summary>Writes what was found, where it is news. It only saves time, so a failure is only logged.</summary>
    public async Task SaveAsync(CancellationToken cancellationToken)
    {
        foreach (var place in _places)
        {
            if (place.Found.All(vm => place.Known.GetValueOrDefault(vm.Key) == vm.Value))
            {
                continue;
            }

            try
            {
                await PatienceWith(_context, place.Name).RunAsync(
                    stop => SettledVmsFile.WriteAsync(place.Remote, _context.Job.Id, place.Found, stop).AsTask(), _context.Job.StallTimeout, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                _context.Logger.SettledNotWritten(error, place.Name);
            }
        }
    }

    // Who repairs wants to know what is broken; what is immutable becomes mutable by the clock alone.
    private static bool IsUsable(RunContext context) =>
        !context.Job.VerifyDestinations
        && !context.Job.Planning.Repair
        && !context.Source.IsImmutable
        && context.Destinations.All(static destination => destination.Repository is { IsImmutable: false, Remote.Capabilities.IsReadOnly: false });

    private static async Task<Place?> OpenAsync(RunContext context, RunDestination destination, CancellationToken cancellationToken)
    {
        var job = context.Job;
        var (name, remote) = (destination.Definition.Name, destination.Repository!.Remote);
        var nothing = new ChainDraft("", job.Mode, [], [], [], [], []);
        var settings = PlanFingerprint.OfSettings(
            job.Planning,
            context.Source.Remote.Capabilities.EncryptionFingerprint,
            job.Filter,
            DestinationRequests.Create(job, destination.Definition, nothing, freeBytes: null));
        Dictionary<string, SettledVm> known = [];
        try
        {
            await PatienceWith(context, name).RunAsync(
                async stop => known = await SettledVmsFile.ReadAsync(remote, job.Id, stop).ConfigureAwait(false), job.StallTimeout, cancellationToken).ConfigureAwait(false);
            return new Place(name, remote, settings, known);
        }
        catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // What is wrong with the destination shows in the run.
            return null;
        }
    }

    private async ValueTask<VmReport?> FindAsync(string vmId, CancellationToken cancellationToken)
    {
        var (started, now) = (_context.Time.GetTimestamp(), _context.Time.GetUtcNow());
        var states = _hasFailed ? [] : await StatesAsync(vmId, now - s_minimumAge, cancellationToken).ConfigureAwait(false);
        if (states.IsEmpty)
        {
            return null;
        }

        _states[vmId] = states;
        var reports = ImmutableArray.CreateBuilder<DestinationReport>(_places.Length);
        SettledVm? vm = null;
        for (var i = 0; i < states.Length; i++)
        {
            if (!_places[i].Known.TryGetValue(vmId, out vm) || vm.State != states[i])
            {
                return null;
            }

            reports.Add(new DestinationReport { Name = _places[i].Name, Outcome = MirrorOutcome.UpToDate, Before = vm.Letters, Planned = vm.Letters });
        }

        _context.Logger.Settled(vmId);
        var report = new VmReport
        {
            VmId = vmId,
            VmName = vm!.Name,
            Outcome = MirrorOutcome.UpToDate,
            Destinations = reports.MoveToImmutable(),
            Duration = _context.Time.GetElapsedTime(started),
        };
        Add(report);
        return report;
    }

    // Of each destination, together with that of the source; nothing if there is one without the VM, or with anything that is too young to be relied upon.
    private async ValueTask<ImmutableArray<string>> StatesAsync(string vmId, DateTimeOffset limit, CancellationToken cancellationToken)
    {
        try
        {
            var states = ImmutableArray.CreateBuilder<VmFolderState>(_places.Length);
            foreach (var place in _places)
            {
                VmFolderState? state = null;
                await PatienceWith(_context, place.Name).RunAsync(
                    async stop => state = await VmFolderState.ReadAsync(place.Remote, vmId, stop).ConfigureAwait(false), _context.Job.StallTimeout, cancellationToken)
                    .ConfigureAwait(false);
                if (state is null || state.Youngest > limit)
                {
                    return [];
                }

                states.Add(state);
            }

            return await VmFolderState.ReadAsync(_context.Source.Remote, vmId, cancellationToken).ConfigureAwait(false) is { } source && source.Youngest <= limit
                ? [.. states.Zip(_places, (state, place) => HashOf(place, source, state))]
                : [];
        }
        catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // Not asked again for each VM: what is wrong shows in the run, and who hangs would hang each time.
            _hasFailed = true;
            return [];
        }
    }

    private static Patience PatienceWith(RunContext context, string name) => new(name, context.Time);

    private string HashOf(Place place, VmFolderState source, VmFolderState destination)
    {
        var hash = new FieldHash();
        hash.Add(s_version);
        hash.Add(place.Settings);
        hash.Add(_context.Source.Remote.Identity);
        hash.Add(source.Hash);
        hash.Add(destination.Hash);
        return hash.ToText();
    }

    /// <summary>A destination: what was known of its VMs before the run, and what is found in it.</summary>
    private sealed record Place(string Name, IRemote Remote, string Settings, Dictionary<string, SettledVm> Known)
    {
        public ConcurrentDictionary<string, SettledVm> Found { get; } = new(StringComparer.Ordinal);
    }
}
