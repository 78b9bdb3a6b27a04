using System.Text.Json;
using System.Text.Json.Serialization;
using MirrorBackup.Remotes;

namespace MirrorBackup.Vhd.Directories;

/// <summary>
/// What is known of a transfer into a VHD directory that has not ended: what it is, where its blocks lie, and which of them a flush had made durable before the
/// record was written. It is a hint of which blocks to look at: whoever resumes compares each with what it has to hold.
/// </summary>
/// <param name="Version">The version of this form.</param>
/// <param name="Transfer">What is transferred.</param>
/// <param name="Data">The name of the directory below <c>data/</c>.</param>
/// <param name="Flushed">The blocks, one bit each, most significant bit first.</param>
internal sealed record StagingRecord(int Version, StagedTransfer Transfer, string Data, byte[] Flushed)
{
    /// <summary>The most bytes that a record may have; one of the largest disk that is written has two thirds of them.</summary>
    public const int MaximumLength = 8 << 20;

    private const int CurrentVersion = 1;

    /// <summary>Whether it is about a directory that is being removed, so that nothing of it is of use.</summary>
    [JsonIgnore]
    public bool IsRemoval => Transfer.Revision.Length == 0;

    /// <summary>
    /// Describes a directory that is being removed, as a transfer that nobody wants: if the removal is cut off after its alias, which alone says that it is
    /// there, whoever finds the record removes it.
    /// </summary>
    public static StagingRecord OfRemoval(RemotePath alias, RemotePath dataPath) =>
        new(CurrentVersion, new StagedTransfer(alias.Value, "", null, "", "", null, 0, ""), dataPath.Name, []);

    /// <summary>Describes a transfer as it stands.</summary>
    public static StagingRecord Of(StagedTransfer transfer, RemotePath dataPath, BlockSet flushed) =>
        new(CurrentVersion, transfer, dataPath.Name, flushed.ToBytes());

    /// <summary>Reads a record.</summary>
    /// <param name="remote">Where it lies.</param>
    /// <param name="path">The record.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The record; <see langword="null"/> if there is none, or none that can be understood.</returns>
    public static async ValueTask<StagingRecord?> ReadAsync(IRemote remote, RemotePath path, CancellationToken cancellationToken)
    {
        try
        {
            var content = await remote.ReadAllAsync(path, MaximumLength, cancellationToken).ConfigureAwait(false);
            return JsonSerializer.Deserialize(content, StagingJson.Default.StagingRecord) is { Version: CurrentVersion, Transfer: { Alias: not null, Revision: not null }, Data: not null, Flushed: not null } record
                ? record
                : null;
        }
        catch (Exception unusable) when (unusable is RemoteNotFoundException or JsonException or CorruptBackupException or IntegrityException or RemoteConflictException)
        {
            return null;
        }
    }

    /// <summary>Writes a record, in one step and durably.</summary>
    public ValueTask WriteAsync(IRemote remote, RemotePath path, CancellationToken cancellationToken) =>
        remote.WriteAllAsync(path, JsonSerializer.SerializeToUtf8Bytes(this, StagingJson.Default.StagingRecord), default, cancellationToken);

    /// <summary>Where the blocks lie.</summary>
    /// <returns>False if the record says nothing that can be a directory of the folder of its alias.</returns>
    public bool TryGetDataPath(out RemotePath alias, out RemotePath dataPath)
    {
        dataPath = default;
        return RemotePath.TryParse(Transfer.Alias, out alias)
            && VhdAlias.IsAlias(alias.Name)
            && !Data.Contains('/', StringComparison.Ordinal)
            && Data.EndsWith(VhdAlias.DataEnding, StringComparison.Ordinal)
            && !VhdAlias.IsAlias(Data)
            && RemotePath.TryParse($"{VhdAlias.DataFolderOf(alias)}/{Data}", out dataPath);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StagingRecord))]
internal sealed partial class StagingJson : JsonSerializerContext;
