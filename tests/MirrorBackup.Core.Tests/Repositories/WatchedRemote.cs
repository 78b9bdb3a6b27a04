using System.Runtime.CompilerServices;
using MirrorBackup.Remotes;

namespace MirrorBackup.Tests.Repositories;

/// <summary>Writes down what changes a remote, and fails where it is told to.</summary>
internal sealed class WatchedRemote(IRemote inner) : DelegatingRemote(inner)
{
    public List<string> Changes { get; } = [];

    public Predicate<RemotePath> FailsAt { get; set; } = static _ => false;

    public override IAsyncEnumerable<RemoteEntry> ListAsync(RemotePath directory, CancellationToken cancellationToken = default)
    {
        Check(directory);
        return base.ListAsync(directory, cancellationToken);
    }

    public override ValueTask<IRemoteFile> OpenReadAsync(RemotePath path, CancellationToken cancellationToken = default)
    {
        Check(path);
        return base.OpenReadAsync(path, cancellationToken);
    }

    public override ValueTask<IRemoteFile> OpenStoredAsync(RemotePath path, CancellationToken cancellationToken = default)
    {
        Check(path);
        return base.OpenStoredAsync(path, cancellationToken);
    }

    public override ValueTask<byte[]> ReadAllAsync(RemotePath path, int maximumLength, CancellationToken cancellationToken = default)
    {
        Check(path);
        return base.ReadAllAsync(path, maximumLength, cancellationToken);
    }

    public override ValueTask WriteAllAsync(RemotePath path, ReadOnlyMemory<byte> content, WriteOptions options = default, CancellationToken cancellationToken = default)
    {
        Note(path);
        return base.WriteAllAsync(path, content, options, cancellationToken);
    }

    public override ValueTask DeleteAsync(RemotePath path, CancellationToken cancellationToken = default)
    {
        Note(path);
        return base.DeleteAsync(path, cancellationToken);
    }

    public override ValueTask DeleteTreeAsync(RemotePath path, CancellationToken cancellationToken = default)
    {
        Note(path);
        return base.DeleteTreeAsync(path, cancellationToken);
    }

    public override ValueTask FlushAsync(RemotePath tree, CancellationToken cancellationToken = default)
    {
        Note(tree);
        return base.FlushAsync(tree, cancellationToken);
    }

    private void Note(RemotePath path, [CallerMemberName] string operation = "")
    {
        Check(path);
        Changes.Add($"{operation.Replace("Async", "", StringComparison.Ordinal)} {path.Name}");
    }

    private void Check(RemotePath path)
    {
        if (FailsAt(path))
        {
            throw new RemoteUnavailableException($"{path}: input/output error") { Path = path.Value };
        }
    }
}
