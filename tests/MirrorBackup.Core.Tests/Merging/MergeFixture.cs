using MirrorBackup.Disks;
using MirrorBackup.Remotes;
using MirrorBackup.Tests.Vhd;
using MirrorBackup.Transfer;
using MirrorBackup.Vhd;

namespace MirrorBackup.Tests.Merging;

/// <summary>Chains made byte by byte, and what their tips hold.</summary>
internal static class MergeFixture
{
    public static readonly RemotePath Folder = RemotePath.Parse("disk");

    public static Guid Id(int number) => new($"{number:x8}-0000-4000-8000-{number:x12}");

    /// <summary>Writes <c>name.vhd</c>; a delta if it has a parent, whose number its id is.</summary>
    public static async Task WriteAsync(IRemote remote, string name, int id, (string Name, int Id)? parent, long size, Action<VhdBytes> blocks)
    {
        var file = new VhdBytes { Id = Id(id), Size = size, ParentId = parent is { } p ? Id(p.Id) : null, ParentName = parent?.Name ?? "" };
        blocks(file);
        await file.WriteToAsync(remote, $"disk/{name}");
    }

    /// <summary>Writes a VHD directory and its alias <c>name.alias.vhd</c>.</summary>
    public static async Task WriteDirectoryAsync(
        IRemote remote, string name, int id, (string Name, int Id)? parent, long size, string codec, Action<VhdBytes> blocks, string? dataName = null)
    {
        var disk = new VhdBytes { Id = Id(id), Size = size, ParentId = parent is { } p ? Id(p.Id) : null, ParentName = parent is { } q ? $"{q.Name}.alias.vhd" : "" };
        blocks(disk);
        await disk.WriteDirectoryAsync(remote, $"disk/{name}.alias.vhd", codec, dataName);
    }

    /// <summary>The paths of all files below a folder, relative to it.</summary>
    public static async Task<string[]> TreeAsync(IRemote remote, RemotePath folder)
    {
        var files = new List<string>();
        var open = new Stack<RemotePath>([folder]);
        while (open.TryPop(out var next) && await remote.StatAsync(next, TestContext.Current.CancellationToken) is not null)
        {
            await foreach (var entry in remote.ListAsync(next, TestContext.Current.CancellationToken))
            {
                if (entry.IsDirectory)
                {
                    open.Push(entry.Path);
                }
                else
                {
                    files.Add(entry.Path.Value[(folder.Value.Length + 1)..]);
                }
            }
        }

        return [.. files.Order(StringComparer.Ordinal)];
    }

    public static async Task<RevisionDigest> DigestAsync(IRemote remote, string tip)
    {
        await using var chain = await VhdChain.OpenAsync(remote, Folder.Combine(tip), cancellationToken: TestContext.Current.CancellationToken);
        return await RevisionDigest.ComputeAsync(chain, null, TestContext.Current.CancellationToken);
    }

    public static async Task<byte[]> ReadAsync(IVirtualDisk disk, int block)
    {
        var data = new byte[disk.BlockSize];
        await disk.ReadBlockAsync(block, new byte[512], data, TestContext.Current.CancellationToken);
        return data;
    }

    public static async Task<string[]> NamesAsync(IRemote remote)
    {
        var names = new List<string>();
        await foreach (var entry in remote.ListAsync(Folder, TestContext.Current.CancellationToken))
        {
            names.Add(entry.Name);
        }

        return [.. names.Order(StringComparer.Ordinal)];
    }
}
