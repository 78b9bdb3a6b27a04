using MirrorBackup.Remotes.Writing;

namespace MirrorBackup.Remotes.Local;

/// <summary>Takes the bytes of an upload into a temporary file.</summary>
internal sealed class TemporaryFileWriter(LocalDirectory directory, RemotePath path, TemporaryFile file) : BlockPipeWriter
{
    protected override async ValueTask StoreAsync(long offset, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        try
        {
            await file.AppendAsync(data, cancellationToken).ConfigureAwait(false);
        }
        catch (FileSystemException exception)
        {
            throw directory.Translate(exception, path, "write");
        }
    }
}
