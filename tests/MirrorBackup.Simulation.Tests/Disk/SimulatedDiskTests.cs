using System.Text;
using MirrorBackup.Remotes;
using MirrorBackup.Remotes.Local;
using MirrorBackup.Testing.Simulation;

namespace MirrorBackup.Simulation.Tests.Disk;

/// <summary>What a crash takes and what it leaves.</summary>
public sealed class SimulatedDiskTests
{
    private static readonly RemotePath s_old = RemotePath.Parse("old");
    private static readonly RemotePath s_new = RemotePath.Parse("new");

    private readonly SimulatedDisk _disk = new();
    private readonly IFileSystem _files;

    public SimulatedDiskTests() => _files = _disk.OpenFiles(RemotePath.Root);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static TheoryData<CrashOutcome, string> Unflushed => new()
    {
        { CrashOutcome.Lost, "" },
        { CrashOutcome.Kept, "new=bytes" },
        { CrashOutcome.NamesOnly, "new=" },
        { CrashOutcome.DataOnly, "" },
    };

    [Theory]
    [MemberData(nameof(Unflushed))]
    public async Task Crash_NothingFlushed_LeavesWhatTheOutcomeSays(CrashOutcome outcome, string expected)
    {
        await WriteAsync(s_new, "bytes");

        Assert.Equal(expected, await ShowAsync(_disk.Crash(outcome)));
    }

    [Fact]
    public async Task Crash_FileFlushedAndDirectoryNot_LosesTheName()
    {
        await WriteAsync(s_new, "bytes", flush: true);

        Assert.Equal("", await ShowAsync(_disk.Crash(CrashOutcome.Lost)));
        Assert.Equal("new=bytes", await ShowAsync(_disk.Crash(CrashOutcome.NamesOnly)));
    }

    [Fact]
    public async Task Crash_BothFlushed_LosesNothing()
    {
        await WriteAsync(s_new, "bytes", flush: true);
        _files.FlushDirectory(RemotePath.Root);

        Assert.All(Outcomes(), outcome => Assert.Equal("new=bytes", ShowAsync(_disk.Crash(outcome)).GetAwaiter().GetResult()));
    }

    [Fact]
    public async Task Crash_RenameNotFlushed_HasOneNameOrTheOther()
    {
        await WriteAsync(s_old, "bytes", flush: true);
        _files.FlushDirectory(RemotePath.Root);
        _files.Rename(s_old, s_new);

        var found = new HashSet<string>();
        foreach (var outcome in Outcomes())
        {
            found.Add(await ShowAsync(_disk.Crash(outcome)));
        }

        Assert.Equal(["new=bytes", "old=bytes"], found.Order());
    }

    [Fact]
    public async Task Crash_OverwrittenInPlace_TearsAtSectors()
    {
        await WriteAsync(s_old, new string('a', 2048), flush: true);
        _files.FlushDirectory(RemotePath.Root);
        using (var file = _files.Open(s_old, FileUse.Update))
        {
            await file.WriteAsync(0, Encoding.UTF8.GetBytes(new string('b', 2048)), Cancelled);
        }

        var torn = new HashSet<int>();
        foreach (var outcome in Outcomes())
        {
            var content = (await ShowAsync(_disk.Crash(outcome)))["old=".Length..];
            Assert.Equal(2048, content.Length);
            Assert.Equal(content.Length, content.TrimStart('b').Length + content.Count(static c => c == 'b'));
            torn.Add(content.Count(static c => c == 'b'));
        }

        Assert.Equal([0, 512, 1024, 1536, 2048], torn.Order());
    }

    [Fact]
    public async Task Crash_InADirectoryWhoseNameWasNotFlushed_LosesAllBelow()
    {
        var below = RemotePath.Parse("directory/new");
        _files.MakeDirectory(below.Parent);
        await WriteAsync(below, "bytes", flush: true);
        _files.FlushDirectory(below.Parent);

        Assert.Equal("", await ShowAsync(_disk.Crash(CrashOutcome.Lost)));

        _files.FlushDirectory(RemotePath.Root);

        Assert.Equal("directory/new=bytes", await ShowAsync(_disk.Crash(CrashOutcome.Lost)));
    }

    [Fact]
    public async Task Crash_LeavesTheDiskItself()
    {
        await WriteAsync(s_new, "bytes");
        var before = _disk.ComputeFingerprint();

        var after = _disk.Crash(CrashOutcome.Lost);

        Assert.NotEqual(before, after.ComputeFingerprint());
        Assert.Equal(before, _disk.ComputeFingerprint());
    }

    [Fact]
    public async Task BeforeOperation_SeesEachStep_AndItsExceptionIsTheAnswer()
    {
        var steps = new List<string>();
        _disk.BeforeOperation = operation =>
        {
            steps.Add(operation.ToString());
            if (operation.Kind == DiskOperationKind.Rename)
            {
                throw new FileSystemException(FileFailure.Other, operation.Path, "as the test wants it");
            }
        };
        await WriteAsync(s_old, "bytes", flush: true);

        Assert.Throws<FileSystemException>(() => _files.Rename(s_old, s_new));
        _disk.BeforeOperation = null;

        Assert.Equal(["#0 Create old", "#1 Write old 0+5", "#2 Flush old", "#3 Rename old → new"], steps);
        Assert.Equal("old=bytes", await ShowAsync(_disk));
    }

    [Fact]
    public async Task Capacity_WhenReached_IsFull()
    {
        _disk.Capacity = 8;
        await WriteAsync(s_old, "12345");

        var full = await Assert.ThrowsAsync<FileSystemException>(() => WriteAsync(s_new, "6789"));

        Assert.Equal(FileFailure.Full, full.Failure);
        Assert.Equal(3, _files.GetAvailableBytes());
    }

    private static IEnumerable<CrashOutcome> Outcomes() =>
        [CrashOutcome.Lost, CrashOutcome.Kept, CrashOutcome.NamesOnly, CrashOutcome.DataOnly, .. Enumerable.Range(1, 60).Select(CrashOutcome.Shuffled)];

    private static async Task<string> ShowAsync(SimulatedDisk disk)
    {
        var files = disk.OpenFiles(RemotePath.Root);
        return string.Join(' ', await ShowAsync(files, RemotePath.Root));
    }

    private static async Task<List<string>> ShowAsync(IFileSystem files, RemotePath directory)
    {
        var shown = new List<string>();
        foreach (var entry in files.List(directory))
        {
            if (entry.IsDirectory)
            {
                shown.AddRange(await ShowAsync(files, entry.Path));
                continue;
            }

            using var file = files.Open(entry.Path, FileUse.Read);
            var bytes = new byte[file.Length];
            await file.ReadAsync(0, bytes, Cancelled);
            shown.Add($"{entry.Path}={Encoding.UTF8.GetString(bytes)}");
        }

        return shown;
    }

    private async Task WriteAsync(RemotePath path, string text, bool flush = false)
    {
        using var file = _files.Open(path, FileUse.CreateNew);
        await file.WriteAsync(0, Encoding.UTF8.GetBytes(text), Cancelled);
        if (flush)
        {
            file.Flush();
        }
    }
}
