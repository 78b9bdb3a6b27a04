using System.Text;
using System.Text.Json;
using MirrorBackup.Remotes;

namespace MirrorBackup.Simulation.Tests.Crashes;

/// <summary>
/// What Xen Orchestra's cleaner would make of the folders of disks that a crash left, as far as something bad could come of it: the two states in which it
/// loses a chain or throws at every attempt, and the one in which it does nothing any more and nothing is lost (<c>docs/reliability.md</c>).
/// </summary>
internal static class XenOrchestraView
{
    /// <summary>What must not be.</summary>
    /// <param name="remote">The destination.</param>
    /// <param name="isStuck">Is called for each folder that Xen Orchestra leaves alone until our next run.</param>
    public static async Task<IReadOnlyList<string>> CheckAsync(IRemote remote, Action isStuck)
    {
        var problems = new List<string>();
        var vms = RemotePath.Parse("xo-vm-backups");
        if (await remote.StatAsync(vms) is not null)
        {
            await CheckAsync(remote, vms, problems, isStuck);
        }

        return problems;
    }

    private static async Task CheckAsync(IRemote remote, RemotePath folder, List<string> problems, Action isStuck)
    {
        var entries = new Dictionary<string, RemoteEntry>(StringComparer.Ordinal);
        await foreach (var entry in remote.ListAsync(folder))
        {
            entries.Add(entry.Name, entry);
        }

        foreach (var state in entries.Keys.Where(static name => name.StartsWith('.') && name.EndsWith(".merge.json", StringComparison.Ordinal)))
        {
            var chain = await ReadChainAsync(remote, folder / state);
            if (entries.ContainsKey(chain[0]) && !entries.ContainsKey(chain[^1]))
            {
                problems.Add($"{folder / state}: \"{chain[^1]}\" is gone and \"{chain[0]}\" has not its name yet, which Xen Orchestra takes for a backup without its disk");
            }
        }

        var claims = new HashSet<RemotePath>();
        foreach (var alias in entries.Keys.Where(static name => !name.StartsWith('.') && name.EndsWith(".alias.vhd", StringComparison.Ordinal)))
        {
            var data = folder / Encoding.UTF8.GetString(await remote.ReadAllAsync(folder / alias, 1024)).TrimStart('.', '/');
            if (await remote.StatAsync(data) is null)
            {
                problems.Add($"{folder / alias} leads to {data}, which is gone: Xen Orchestra throws at it for ever");
            }

            if (!claims.Add(data))
            {
                isStuck();
            }
        }

        foreach (var child in entries.Values.Where(static entry => entry.IsDirectory && entry.Name != "data"))
        {
            await CheckAsync(remote, child.Path, problems, isStuck);
        }
    }

    private static async Task<string[]> ReadChainAsync(IRemote remote, RemotePath path)
    {
        using var state = JsonDocument.Parse(await remote.ReadAllAsync(path, 1 << 20));
        return [.. state.RootElement.GetProperty("chain").EnumerateArray().Select(static member => member.GetString()!.TrimStart('.', '/'))];
    }
}
