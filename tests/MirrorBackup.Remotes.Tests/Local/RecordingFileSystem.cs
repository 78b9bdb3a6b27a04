using System.Runtime.CompilerServices;
using MirrorBackup.Remotes.Local;

namespace MirrorBackup.Remotes.Tests.Local;

/// <summary>Writes down every changing step, and fails from a chosen one on, as if the power had gone.</summary>
internal sealed class RecordingFileSystem(IFileSystem inner) : IFileSystem
{
    public List<string> Steps { get; } = [];

    /// <summary>The number of steps after which nothing works any more.</summary>
    public int FailAfter { get; set; } = int.MaxValue;

    public string Identity => inner.Identity;

    public bool IsCaseSensitive => inner.IsCaseSensitive;

    public FileStatus? Stat(RemotePath path) => inner.Stat(path);

    public IEnumerable<RemoteEntry> List(RemotePath directory) => inner.List(directory);

    public IOpenFile Open(RemotePath path, FileUse access, long reserve = 0)
    {
        if (access == FileUse.CreateNew)
        {
            Step($"create {Show(path)}");
        }

        return new RecordingFile(this, path, inner.Open(path, access, reserve));
    }

    public void Rename(RemotePath source, RemotePath destination)
    {
        Step($"rename {Show(source)} {Show(destination)}");
        inner.Rename(source, destination);
    }

    public void RenameToNew(RemotePath source, RemotePath destination)
    {
        Step($"rename-new {Show(source)} {Show(destination)}");
        inner.RenameToNew(source, destination);
    }

    public void Unlink(RemotePath path)
    {
        Step($"unlink {Show(path)}");
        inner.Unlink(path);
    }

    public void MakeDirectory(RemotePath path)
    {
        Step($"mkdir {path}");
        inner.MakeDirectory(path);
    }

    public void RemoveDirectory(RemotePath path)
    {
        Step($"rmdir {path}");
        inner.RemoveDirectory(path);
    }

    public void FlushDirectory(RemotePath directory)
    {
        Step($"fsync-dir {directory}");
        inner.FlushDirectory(directory);
    }

    public void SetDirectoryTime(RemotePath directory, DateTimeOffset time) => inner.SetDirectoryTime(directory, time);

    public long? GetAvailableBytes() => inner.GetAvailableBytes();

    public void Dispose() => inner.Dispose();

    private static string Show(RemotePath path) => TemporaryName.IsTemporary(path.Name) ? $"{path.Parent}/TEMP" : path.ToString();

    private void Step(string step, [CallerMemberName] string member = "")
    {
        lock (Steps)
        {
            if (Steps.Count >= FailAfter)
            {
                throw new FileSystemException(FileFailure.Other, RemotePath.Root, $"no power at {member}");
            }

            Steps.Add(step);
        }
    }

    private sealed class RecordingFile(RecordingFileSystem system, RemotePath path, IOpenFile inner) : IOpenFile
    {
        public long Length => inner.Length;

        public ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken) =>
            inner.ReadAsync(offset, buffer, cancellationToken);

        public ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
        {
            system.Step($"write {Show(path)} {offset}+{data.Length}");
            return inner.WriteAsync(offset, data, cancellationToken);
        }

        public void SetLength(long length)
        {
            system.Step($"truncate {Show(path)} {length}");
            inner.SetLength(length);
        }

        public void StartWriteBack(long offset, long length) => inner.StartWriteBack(offset, length);

        public void Flush()
        {
            system.Step($"fsync {Show(path)}");
            inner.Flush();
        }

        public void Dispose() => inner.Dispose();
    }
}
