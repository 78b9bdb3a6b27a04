using MirrorBackup.Disks;
using MirrorBackup.Remotes;
using MirrorBackup.Transfer;
using MirrorBackup.Vhd;

namespace MirrorBackup.Benchmarks;

/// <summary>A VHD file with sample content in a temporary folder, and durable copies of it by the library. Disposing removes everything.</summary>
internal sealed class SampleCopy : IAsyncDisposable
{
    private const string Key = "key.vhd";

    private readonly string _folder = Directory.CreateTempSubdirectory("mirrorbackup-benchmark-").FullName;
    private readonly LocalRemote _source;
    private readonly LocalRemote[] _destinations;

    private SampleCopy() => (_source, _destinations) = (Open("source"), [Open("first"), Open("second")]);

    /// <summary>The file.</summary>
    public string SourcePath => PathOf("source");

    /// <summary>Its first copy.</summary>
    public string CopyPath => PathOf("first");

    /// <summary>Writes the file.</summary>
    /// <param name="blocks">How many blocks it has, all of them allocated.</param>
    public static async Task<SampleCopy> CreateAsync(int blocks)
    {
        var copy = new SampleCopy();
        var disk = new DiskIdentity(SampleDisk.KeyId, null, null, blocks * (long)SampleDisk.BlockBytes);
        await SampleDisk.WriteAsync(copy._source, Key, disk, [.. Enumerable.Range(0, blocks)]);
        return copy;
    }

    /// <summary>Removes the copies, so that none is written over another.</summary>
    public void RemoveCopies()
    {
        File.Delete(PathOf("first"));
        File.Delete(PathOf("second"));
    }

    /// <summary>Copies, and accepts nothing but success.</summary>
    /// <param name="destinations">1 or 2.</param>
    /// <param name="options">How the copy runs.</param>
    public async Task<CopyResult> RunAsync(int destinations, CopyOptions? options = null)
    {
        await using var disk = await VhdFile.OpenAsync(_source, RemotePath.Parse(Key));
        var result = await DiskCopy.RunAsync(disk, [.. _destinations.Take(destinations).Select(remote => TargetOf(remote, disk))], options);
        return result.Succeeded ? result : throw new InvalidOperationException("The copy failed.", result.SourceError ?? result.Outcomes[0].Error);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var remote in _destinations.Append(_source))
        {
            await remote.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private LocalRemote Open(string name) => LocalRemote.Open(Directory.CreateDirectory(Path.Combine(_folder, name)).FullName);

    private string PathOf(string name) => Path.Combine(_folder, name, Key);

    private static CopyTarget<IDiskWriter> TargetOf(LocalRemote remote, VhdFile disk) => new(remote.Name, async stop => await VhdFileWriter.CreateAsync(
        remote,
        RemotePath.Parse(Key),
        new DiskIdentity(disk.Id, null, null, disk.VirtualSize),
        disk.AllocatedBlocks,
        new VhdWriteOptions { Timestamp = disk.Footer.CreatedAt, Grade = WriteGrade.Publish },
        stop));
}
