using System.Buffers;
using System.Text.Json;
using MirrorBackup.Backups;
using MirrorBackup.Remotes;
using MirrorBackup.Repositories;

namespace MirrorBackup.Mirroring;

/// <summary>
/// The VMs for which the last run of a job found nothing to do at a destination: one file of ours there, beside the folder of backups, which Xen Orchestra does
/// not look at. Who loses it loses the time of one run.
/// </summary>
internal static class SettledVmsFile
{
    // What is larger is not from us, or of more VMs than one object may have fields.
    private const int MaximumLength = 16 << 20;
    private const int CurrentVersion = 1;

    private static readonly RemotePath s_folder = RemotePath.Parse(".mirrorbackup/settled");

    /// <summary>Where the file of a job lies.</summary>
    public static RemotePath PathOf(string jobId)
    {
        var hash = new FieldHash();
        hash.Add(jobId);
        return s_folder / $"{hash.ToText()}.json";
    }

    /// <summary>Reads the file; without one that can be understood, nothing is known.</summary>
    public static async ValueTask<Dictionary<string, SettledVm>> ReadAsync(IRemote remote, string jobId, CancellationToken cancellationToken)
    {
        var vms = new Dictionary<string, SettledVm>(StringComparer.Ordinal);
        try
        {
            var content = await remote.ReadAllAsync(PathOf(jobId), MaximumLength, cancellationToken).ConfigureAwait(false);
            var file = new MetadataFields(RawJsonObject.Parse(content), "");
            if (file.Integer("version") != CurrentVersion)
            {
                return [];
            }

            foreach (var (vmId, value) in file.Child("vms").Names)
            {
                var vm = new MetadataFields(RawJsonObject.Parse(value), "");
                if (vm.Text("state") is { } state && vm.Text("letters") is { } letters)
                {
                    vms.Add(vmId, new SettledVm(state, vm.Text("name"), letters));
                }
            }

            return vms;
        }
        catch (Exception unusable) when (unusable is RemoteNotFoundException or RemoteConflictException or JsonException or CorruptBackupException or IntegrityException)
        {
            return [];
        }
    }

    /// <summary>Writes the file, in one step and durably.</summary>
    public static ValueTask WriteAsync(IRemote remote, string jobId, IEnumerable<KeyValuePair<string, SettledVm>> vms, CancellationToken cancellationToken)
    {
        var content = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(content))
        {
            json.WriteStartObject();
            json.WriteNumber("version", CurrentVersion);
            json.WriteStartObject("vms");
            foreach (var (vmId, vm) in vms.OrderBy(static vm => vm.Key, StringComparer.Ordinal))
            {
                json.WriteStartObject(vmId);
                json.WriteString("state", vm.State);
                json.WriteString("name", vm.Name);
                json.WriteString("letters", vm.Letters);
                json.WriteEndObject();
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        return remote.WriteAllAsync(PathOf(jobId), content.WrittenMemory, default, cancellationToken);
    }
}
