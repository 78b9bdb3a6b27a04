using MirrorBackup.Backups;
using MirrorBackup.Crash.Tests.Stored;
using MirrorBackup.Golden;
using MirrorBackup.Mirroring;
using MirrorBackup.Remotes.Tests.Local;

namespace MirrorBackup.Crash.Tests.Storage;

/// <summary>A destination that cannot be written: it fails with what is wrong with it, and nothing anywhere is changed.</summary>
public sealed class ReadOnlyStorageTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static MatrixTheoryData<string, BackupMode> Cases { get; } = new(["files", "directories", "encrypted"], [BackupMode.Incremental, BackupMode.Full]);

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Run_FileSystemIsMountedReadOnly_SaysSoAndChangesNothing(string name, BackupMode mode)
    {
        var kind = KindOf(name);
        using var world = await MirrorWorld.CreateAsync(mode, [kind], Cancelled);
        var copy = world.Copy("copy");
        using var folder = new TemporaryFolder();
        using var mount = await PrivateMount.CreateAsync("size=64m", folder.Path, $"cp -a '{copy}/.' . && mount -o remount,ro '{folder.Path}'", Cancelled);

        await AssertRefusedAsync(world, kind, MirrorWorld.SourceOf(copy), mount.Path, "");
    }

    /// <summary>What the options of a URL say is what the remote does, whatever the storage would allow.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Run_RemoteIsOpenedReadOnly_SaysSoAndChangesNothing(string name, BackupMode mode)
    {
        var kind = KindOf(name);
        using var world = await MirrorWorld.CreateAsync(mode, [kind], Cancelled);
        var copy = world.Copy("copy");

        await AssertRefusedAsync(world, kind, MirrorWorld.SourceOf(copy), copy, "readOnly=true");
    }

    private static StoredKind KindOf(string name) => name switch { "directories" => StoredKind.Directories, "encrypted" => StoredKind.Encrypted, _ => StoredKind.Files };

    private static async Task AssertRefusedAsync(MirrorWorld world, StoredKind kind, string source, string destination, string options)
    {
        var before = (Inventory(source), Inventory(MirrorWorld.FolderOf(destination, kind)));

        var report = await world.TryAsync(source, destination, urlOptions: options, cancellationToken: Cancelled);

        var failed = report.Vms[0].Destinations[0];
        Assert.Equal(MirrorOutcome.Failed, failed.Outcome);
        Assert.Equal(ErrorCodes.RemoteAccessDenied, failed.Error?.Code);
        Assert.Contains(kind.Name, failed.Error!.Message, StringComparison.Ordinal);
        Assert.Contains("read-only", failed.Error.Message, StringComparison.OrdinalIgnoreCase);
        var after = (Inventory(source), Inventory(MirrorWorld.FolderOf(destination, kind)));
        Assert.Equal(before.Item1, after.Item1);
        Assert.Equal(before.Item2, after.Item2);
    }

    /// <summary>Every file with its length and time, and every folder.</summary>
    private static string[] Inventory(string root) =>
        [.. new DirectoryInfo(root).EnumerateFileSystemInfos("*", SearchOption.AllDirectories)
            .Select(entry => $"{Path.GetRelativePath(root, entry.FullName)} {(entry is FileInfo file ? $"{file.Length} {file.LastWriteTimeUtc:O}" : "")}")
            .Order(StringComparer.Ordinal)];
}
