using MirrorBackup.Backups;
using MirrorBackup.Disks;
using MirrorBackup.Mirroring;

namespace MirrorBackup.Benchmarks;

/// <summary>A folder with what the benchmarks of pairs mirror: clear sample content, the same in the form of the source, and what each call writes.</summary>
/// <param name="mode">What is mirrored.</param>
internal sealed class PairFolder(BackupMode mode)
{
    private const string Clear = "clear", Source = "source", Destination = "destination", Copy = "copy";

    private readonly string _folder = Directory.CreateTempSubdirectory("mirrorbackup-benchmark-").FullName;

    /// <summary>Where the clear content lies, as VHD files or archives.</summary>
    public string ClearPath => PathOf(Clear);

    /// <summary>Writes a disk as a VHD file, every block of it allocated.</summary>
    public async Task WriteDiskAsync(int blocks)
    {
        await using var file = await SampleForm.File.OpenAsync(ClearPath);
        await SampleRepository.WritePointAsync(file, 5, new DiskIdentity(SampleDisk.KeyId, null, null, blocks * (long)SampleDisk.BlockBytes), [.. Enumerable.Range(0, blocks)]);
    }

    /// <summary>Brings the clear content into the form of the source.</summary>
    public async Task PrepareAsync(SampleForm from)
    {
        if (from != SampleForm.File)
        {
            await MirrorAsync(SampleForm.File, Clear, from, Source);
        }
    }

    /// <summary>Removes what the call before has written.</summary>
    public void RemoveCopies()
    {
        File.Delete(PathOf(Copy));
        if (Directory.Exists(PathOf(Destination)))
        {
            Directory.Delete(PathOf(Destination), recursive: true);
        }
    }

    /// <summary>Copies a file of the clear content.</summary>
    public void CopyDurably(string file) => DurableCopy.Run(file, PathOf(Copy));

    /// <summary>Mirrors the content in the form of the source.</summary>
    public Task<MirrorReport> MirrorAsync(MirrorPair pair) => MirrorAsync(pair.From, pair.From == SampleForm.File ? Clear : Source, pair.To, Destination);

    /// <summary>Removes everything.</summary>
    public void Remove() => Directory.Delete(_folder, recursive: true);

    private async Task<MirrorReport> MirrorAsync(SampleForm from, string source, SampleForm to, string destination)
    {
        await using var reading = await from.OpenAsync(PathOf(source));
        await using var writing = await to.OpenAsync(PathOf(destination));
        return await SampleRepository.MirrorAsync(reading, to.DestinationOn(writing), mode);
    }

    private string PathOf(string name) => Path.Combine(_folder, name);
}
