using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;

namespace MirrorBackup.Remotes.Local;

/// <summary>A file under its temporary name, beside the name that it will have.</summary>
internal sealed class TemporaryFile : IDisposable
{
    /// <summary>Bytes after which the system is asked to begin writing to the disk, so that the flush at the end has little left to do.</summary>
    private const long WriteBackBytes = 8 << 20;

    private readonly LocalDirectory _directory;
    private readonly RemotePath _path;
    private readonly RemotePath _parent;
    private readonly RemotePath _temporary;
    private readonly IOpenFile _file;
    private long _writeBackStarted;
    private long _end;
    private bool _closed;
    private bool _renamed;

    private TemporaryFile(LocalDirectory directory, RemotePath path, RemotePath parent, RemotePath temporary, IOpenFile file)
    {
        (_directory, _path, _parent, _temporary, _file) = (directory, path, parent, temporary, file);
    }

    /// <summary>Creates the file; the directories above it are made when they are missing.</summary>
    public static TemporaryFile Create(LocalDirectory directory, RemotePath path, long reserve)
    {
        if (path.IsRoot)
        {
            throw new FileSystemException(FileFailure.IsDirectory, path, "the root is a directory");
        }

        var parent = directory.ParentOf(path);
        for (var madeDirectories = false; ;)
        {
            var temporary = TemporaryName.Beside(path, directory.TimeProvider.GetUtcNow(), directory.NextSequence());
            try
            {
                return new(directory, path, parent, temporary, directory.Files.Open(temporary, FileUse.CreateNew, reserve));
            }
            catch (FileSystemException exception) when (exception.Failure == FileFailure.NotFound && !madeDirectories)
            {
                directory.MakeDirectories(parent);
                madeDirectories = true;
            }
            catch (FileSystemException exception) when (exception.Failure == FileFailure.Exists)
            {
                // Another process chose the same name in the same millisecond; the next number is free.
            }
        }
    }

    /// <summary>Writes at the end of what was written before.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask AppendAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        await _file.WriteAsync(_end, data, cancellationToken).ConfigureAwait(false);
        Advance(data.Length);
    }

    /// <summary>Lets the system append a range of another file. After a refusal the file is as it was.</summary>
    public RangeCopy TryAppend(SafeFileHandle source, long offset, long length, CancellationToken cancellationToken)
    {
        if (_file is not HandleFile target || !OperatingSystem.IsLinux())
        {
            return RangeCopy.Refused("the destination is not a file of the operating system");
        }

        var result = LinuxRangeCopy.TryCopy(source, offset, target, _end, length, cancellationToken);
        if (result.IsDone)
        {
            Advance(length);
        }

        return result;
    }

    /// <summary>Gives the file its name: durable first where it is published, noted for the next flush where it is staged.</summary>
    public void Commit(WriteGrade grade, bool mustBeNew)
    {
        if (grade == WriteGrade.Publish)
        {
            _file.Flush();
        }
        else
        {
            StartWriteBack();
            _directory.Unflushed.AddFile(_path);
        }

        Close();
        _directory.Unflushed.AddDirectory(_parent);
        if (mustBeNew)
        {
            _directory.Files.RenameToNew(_temporary, _path);
        }
        else
        {
            _directory.Files.Rename(_temporary, _path);
        }

        _renamed = true;
        if (grade == WriteGrade.Publish)
        {
            _directory.Unflushed.RemoveFile(_path);
            _directory.Unflushed.FlushDirectoryAndAbove(_directory.Files, _parent);
        }
    }

    /// <summary>Removes the temporary file if it was not committed, as far as the storage still answers.</summary>
    public void Dispose()
    {
        Close();
        if (_renamed)
        {
            return;
        }

        _renamed = true;
        try
        {
            _directory.Files.Unlink(_temporary);
        }
        catch (FileSystemException)
        {
            // The name tells everyone that it is a leftover.
        }
    }

    private void Advance(long bytes)
    {
        _end += bytes;
        if (_end - _writeBackStarted >= WriteBackBytes)
        {
            StartWriteBack();
        }
    }

    private void StartWriteBack()
    {
        _file.StartWriteBack(_writeBackStarted, _end - _writeBackStarted);
        _writeBackStarted = _end;
    }

    private void Close()
    {
        if (!_closed)
        {
            _closed = true;
            _file.Dispose();
        }
    }
}
