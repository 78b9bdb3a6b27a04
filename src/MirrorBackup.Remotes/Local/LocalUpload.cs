using System.IO.Pipelines;
using MirrorBackup.Remotes.Writing;

namespace MirrorBackup.Remotes.Local;

/// <summary>An upload into a temporary file.</summary>
internal sealed class LocalUpload : IUpload
{
    private readonly LocalDirectory _directory;
    private readonly UploadOptions _options;
    private readonly TemporaryFile _file;
    private readonly Writer _writer;
    private bool _ended;

    public LocalUpload(LocalDirectory directory, RemotePath path, UploadOptions options, TemporaryFile file)
    {
        (_directory, Path, _options, _file) = (directory, path, options, file);
        _writer = new Writer(this);
    }

    public RemotePath Path { get; }

    public PipeWriter Output => _writer;

    public async ValueTask CommitAsync(CancellationToken cancellationToken = default)
    {
        if (_ended)
        {
            throw new InvalidOperationException($"The upload of {Path} has ended already.");
        }

        cancellationToken.ThrowIfCancellationRequested();
        _ended = true;
        await _writer.FinishAsync(cancellationToken).ConfigureAwait(false);
        if (_options.Length is { } announced && announced != _writer.WrittenBytes)
        {
            throw _directory.Errors.WrongLength(Path, _writer.WrittenBytes, announced);
        }

        await _directory.WriteAsync(
            Path,
            "write",
            () =>
            {
                _file.Commit(_options.Grade, _options.MustBeNew);
                return 0;
            },
            cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        _ended = true;
        _writer.Dispose();
        await Task.Run(_file.Dispose).ConfigureAwait(false);
    }

    private sealed class Writer(LocalUpload upload) : BlockPipeWriter
    {
        protected override async ValueTask StoreAsync(long offset, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
        {
            try
            {
                await upload._file.AppendAsync(data, cancellationToken).ConfigureAwait(false);
            }
            catch (FileSystemException exception)
            {
                throw upload._directory.Translate(exception, upload.Path, "write");
            }
        }
    }
}
