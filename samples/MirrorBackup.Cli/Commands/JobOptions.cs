using System.CommandLine;
using System.Collections.Immutable;
using MirrorBackup.Backups;
using MirrorBackup.Mirroring;
using MirrorBackup.Planning;
using MirrorBackup.Remotes;
using MirrorBackup.Transfer;

namespace MirrorBackup.Cli.Commands;

/// <summary>The options that describe a job beside its remotes, the same for <c>mirror</c> and <c>plan</c>.</summary>
internal sealed class JobOptions
{
    private const string Deep = "deep";

    private readonly RetentionOptions _retention = new();
    private readonly Option<bool> _deleteFirst = new("--delete-first") { Description = "Make room before sending, not after it." };
    private readonly Option<bool> _noSkip = new("--no-skip-superseded") { Description = "Also send what the retention removes before the run ends." };
    private readonly Option<string?> _repair = new("--repair")
    {
        Description = "Send again whatever of the destination is broken and the source still has, however old; --repair=deep reads all of the destination first.",
        HelpName = Deep,
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string> _name = new("--job") { Description = "The name of the job, from which its ids are derived: a later run under the same name continues this one.", HelpName = "name", DefaultValueFactory = _ => MirrorJob.DefaultName };
    private readonly Option<string?> _jobId = new("--job-id") { Description = "The id that written metadata carries and that names the folder of new disks.", HelpName = "id" };
    private readonly Option<string?> _scheduleId = new("--schedule-id") { Description = "The schedule that written metadata carries.", HelpName = "id" };
    private readonly Option<string[]> _vms = new("--vm") { Description = "Only this VM; may be given several times.", HelpName = "uuid" };
    private readonly Option<bool> _wholeVm = new("--whole-vm") { Description = "Let the retention count every restore point of a VM, also those of other jobs." };
    private readonly Option<int> _concurrency = new("--concurrency") { Description = "How many VMs are mirrored at once.", HelpName = "n", DefaultValueFactory = _ => 2 };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        _repair.Validators.Add(static result =>
        {
            if (result.Tokens is [{ Value: not Deep and var found }, ..])
            {
                result.AddError($"--repair: found {found}; expected nothing, or {Deep}.");
            }
        });
        _retention.AddTo(command);
        foreach (var option in (Option[])[_deleteFirst, _noSkip, _repair, _name, _jobId, _scheduleId, _vms, _wholeVm, _concurrency])
        {
            command.Add(option);
        }
    }

    /// <summary>Reads what stays at a destination.</summary>
    public Retention.RetentionPolicy ReadRetention(ParseResult parsed) => _retention.Read(parsed);

    /// <summary>Reads how plans are made.</summary>
    public PlanningOptions ReadPlanning(ParseResult parsed) => new()
    {
        DeleteFirst = parsed.GetValue(_deleteFirst),
        SkipSuperseded = !parsed.GetValue(_noSkip),
        Repair = parsed.GetResult(_repair) is not null,
    };

    /// <summary>Makes the job.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="mode">The mode.</param>
    /// <param name="source">The remote to read.</param>
    /// <param name="destinations">The remotes to write, and the forms to write incremental backups in.</param>
    /// <param name="check">What is looked into of what is sent as it is stored.</param>
    /// <param name="healthCheck">What is compared of the last restore point; <see langword="null"/> if it is not read back.</param>
    public MirrorJob CreateJob(
        ParseResult parsed,
        BackupMode mode,
        IRemote source,
        IEnumerable<(IRemote Remote, StorageForm? Form)> destinations,
        PassThroughCheck check = default,
        DigestAlgorithm? healthCheck = null)
    {
        var retention = ReadRetention(parsed);
        if (parsed.GetValue(_concurrency) is < 1 and var concurrency)
        {
            throw new UsageException($"--concurrency: found {concurrency}; expected a number of at least 1.");
        }

        var named = new MirrorJob(parsed.GetRequiredValue(_name)) { Source = source };
        var job = new MirrorJob(named.Name)
        {
            Source = source,
            Mode = mode,
            Id = parsed.GetValue(_jobId) ?? named.Id,
            ScheduleId = parsed.GetValue(_scheduleId) ?? named.ScheduleId,
            Filter = parsed.GetValue(_vms) is { Length: > 0 } vms ? VmFilter.All with { VmIds = [.. vms] } : VmFilter.All,
            Planning = ReadPlanning(parsed),
            Scope = parsed.GetValue(_wholeVm) ? RetentionScope.WholeVm : RetentionScope.Job,
            Concurrency = parsed.GetValue(_concurrency),
            VerifyDestinations = parsed.GetValue(_repair) == Deep,
            PassThroughCheck = check,
            CheckLastTransferred = healthCheck is not null,
            Digest = healthCheck ?? default,
        };
        foreach (var (remote, form) in destinations)
        {
            job.Destinations.Add(new MirrorDestination(remote, retention) { Form = form });
        }

        return job;
    }
}
