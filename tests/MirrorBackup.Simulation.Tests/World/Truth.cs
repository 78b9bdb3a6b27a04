using System.Collections.Concurrent;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using MirrorBackup.Backups;
using MirrorBackup.Disks;
using MirrorBackup.Remotes;
using MirrorBackup.Repositories;
using MirrorBackup.Testing.Simulation;

namespace MirrorBackup.Simulation.Tests.World;

/// <summary>
/// Compares what is read with what truly was there. A disk is read once for each content of its folder, temporary files aside; SHA-256, in which the truth
/// is given, is computed once for each content of the disk.
/// </summary>
internal sealed class Truth(Setting setting)
{
    private readonly ConcurrentDictionary<(PointId Point, string Disk, UInt128 Hash), string> _known = new();
    private readonly ConcurrentDictionary<(PointId Point, string Path, UInt128 Folder), string?> _answers = new();

    /// <summary>What is wrong with a point; null if all of it reads back as it was.</summary>
    public async Task<string?> CheckAsync(SimulatedDisk disk, string remote, BackupRepository repository, RestorePoint point, CancellationToken cancellationToken)
    {
        var folder = RemotePath.Parse(remote) / setting.Folder.Value;
        var key = string.Join(' ', point.Disks.Select(static used => $"{used.Disk} {used.Path}"));
        var content = disk.ComputeFingerprint(point.Id.Mode == BackupMode.Full ? folder / point.Disks[0].Path : folder / RepositoryPaths.DisksName, static name => !TemporaryName.IsTemporary(name));
        if (!_answers.TryGetValue((point.Id, key, content), out var answer))
        {
            answer = await CheckAsync(repository, point, cancellationToken);
            _answers.TryAdd((point.Id, key, content), answer);
        }

        return answer;
    }

    private async Task<string?> CheckAsync(BackupRepository repository, RestorePoint point, CancellationToken cancellationToken)
    {
        var expected = setting.TruthOf(point.Id);
        if (!expected.Keys.Order().SequenceEqual(point.Disks.Select(static disk => disk.Disk).Order()))
        {
            return $"it has the disks {string.Join(", ", point.Disks.Select(static disk => disk.Disk))}, not {string.Join(", ", expected.Keys)}";
        }

        foreach (var disk in point.Disks)
        {
            try
            {
                var found = disk.Disk == DiskRevision.ArchiveDisk
                    ? await DigestArchiveAsync(repository, point, disk, cancellationToken)
                    : await DigestDiskAsync(repository, point, disk, cancellationToken);
                if (found != expected[disk.Disk])
                {
                    return $"{disk.Path} has other content";
                }
            }
            catch (MirrorBackupException unreadable)
            {
                return unreadable.Message;
            }
        }

        return null;
    }

    private async Task<string> DigestArchiveAsync(BackupRepository repository, RestorePoint point, PointDisk disk, CancellationToken cancellationToken)
    {
        await using var file = await repository.Remote.OpenReadAsync(setting.Folder / disk.Path, cancellationToken);
        var content = new byte[file.Length];
        await file.ReadAsync(0, content, cancellationToken);
        return _known.GetOrAdd((point.Id, disk.Disk, XxHash128.HashToUInt128(content)), _ => Convert.ToHexStringLower(SHA256.HashData(content)));
    }

    private async Task<string> DigestDiskAsync(BackupRepository repository, RestorePoint point, PointDisk disk, CancellationToken cancellationToken)
    {
        await using var chain = await repository.OpenDiskAsync(setting.Vm, disk.Path, cancellationToken);
        var hash = await HashAsync(chain, cancellationToken);
        if (!_known.TryGetValue((point.Id, disk.Disk, hash), out var digest))
        {
            digest = Convert.ToHexStringLower(await DiskDigest.ComputeAsync(chain, null, cancellationToken));
            _known.TryAdd((point.Id, disk.Disk, hash), digest);
        }

        return digest;
    }

    private static async Task<UInt128> HashAsync(IVirtualDisk disk, CancellationToken cancellationToken)
    {
        var hash = new XxHash128();
        hash.Append(MemoryMarshal.AsBytes(new ReadOnlySpan<long>([disk.VirtualSize])));
        var bitmap = new byte[disk.BlockSize / 512 / 8];
        var data = new byte[disk.BlockSize];
        foreach (var block in disk.AllocatedBlocks)
        {
            await disk.ReadBlockAsync(block, bitmap, data, cancellationToken);
            if (data.AsSpan().ContainsAnyExcept((byte)0))
            {
                hash.Append(MemoryMarshal.AsBytes(new ReadOnlySpan<int>([block])));
                hash.Append(data);
            }
        }

        return hash.GetCurrentHashAsUInt128();
    }
}
