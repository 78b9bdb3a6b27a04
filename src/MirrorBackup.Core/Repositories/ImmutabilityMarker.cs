using System.Text.Json;
using MirrorBackup.Remotes;

namespace MirrorBackup.Repositories;

/// <summary>
/// <c>immutability.json</c> in the root of a remote: a service on the file server locks the files of each backup for some time, counted from the
/// instant of the backup (<c>formats/repository.md</c> §4.3).
/// </summary>
internal sealed record ImmutabilityMarker(TimeSpan Duration)
{
    private const int MaximumLength = 64 << 10;

    private static readonly RemotePath Path = RemotePath.Parse("immutability.json");

    /// <summary>Reads the marker; null if there is none. One that cannot be understood protects everything.</summary>
    public static async ValueTask<ImmutabilityMarker?> ReadAsync(IRemote remote, CancellationToken cancellationToken)
    {
        try
        {
            var content = await remote.ReadAllAsync(Path, MaximumLength, cancellationToken).ConfigureAwait(false);
            var fields = new MetadataFields(RawJsonObject.Parse(content), Path.Value);
            var milliseconds = fields.Integer("duration") ?? long.MaxValue;
            return fields.Flag("immutable") == false ? null
                : new ImmutabilityMarker(milliseconds >= 0 && milliseconds < TimeSpan.MaxValue.TotalMilliseconds ? TimeSpan.FromMilliseconds(milliseconds) : TimeSpan.MaxValue);
        }
        catch (RemoteNotFoundException)
        {
            return null;
        }
        catch (Exception unknown) when (unknown is JsonException or CorruptBackupException)
        {
            return new ImmutabilityMarker(TimeSpan.MaxValue);
        }
    }

    /// <summary>Whether the files of a backup of this instant are locked.</summary>
    public bool Protects(long timestamp, DateTimeOffset now) => now - DateTimeOffset.FromUnixTimeMilliseconds(timestamp) < Duration;
}
