using System.IO.Pipelines;
using MirrorBackup.Codecs.Encryption.Streaming;
using MirrorBackup.Remotes;

namespace MirrorBackup.Codecs.Encryption;

/// <summary>Encrypts an upload on its way: what is written is encrypted where the storage's own buffer lies.</summary>
internal sealed class EncryptedUpload : IUpload
{
    private readonly IUpload _inner;
    private readonly string _remote;
    private readonly StreamingCipher _streaming;
    private readonly EncryptingPipeWriter _writer;
    private readonly long? _announced;
    private bool _ended;

    /// <summary>Writes the nonce.</summary>
    /// <param name="inner">Takes the stored bytes; owned.</param>
    /// <param name="remote">The name of the remote, for messages.</param>
    /// <param name="cipher">Encrypts; stays the caller's.</param>
    /// <param name="announced">How many clear bytes there will be, if it is known.</param>
    public EncryptedUpload(IUpload inner, string remote, FileCipher cipher, long? announced)
    {
        _inner = inner;
        _remote = remote;
        _announced = announced;
        _streaming = cipher.Encrypt(inner.Output.GetSpan(EncryptionScheme.NonceBytes)[..EncryptionScheme.NonceBytes]);
        inner.Output.Advance(EncryptionScheme.NonceBytes);
        _writer = new EncryptingPipeWriter(inner.Output, _streaming, length => TooLong(cipher.Scheme, length), cipher.Scheme.MaximumClearLength);
    }

    public RemotePath Path => _inner.Path;

    public PipeWriter Output => _writer;

    public async ValueTask CommitAsync(CancellationToken cancellationToken = default)
    {
        if (_ended)
        {
            throw new InvalidOperationException($"The upload of {Path} has ended already.");
        }

        cancellationToken.ThrowIfCancellationRequested();
        _ended = true;
        _writer.End();
        if (_announced is { } length && length != _writer.Length)
        {
            throw new CorruptBackupException(
                $"The upload of {Path} to {_remote} got {_writer.Length} bytes; {length} were announced.", ErrorCodes.UploadLengthMismatch)
                { Remote = _remote, Path = Path.Value };
        }

        _streaming.Finish(_inner.Output.GetSpan(EncryptionScheme.TagBytes)[..EncryptionScheme.TagBytes]);
        _inner.Output.Advance(EncryptionScheme.TagBytes);
        await _inner.CommitAsync(cancellationToken).ConfigureAwait(false);
    }

    public ValueTask DisposeAsync()
    {
        _ended = true;
        _streaming.Dispose();
        return _inner.DisposeAsync();
    }

    private UnsupportedBackupException TooLong(EncryptionScheme scheme, long length) =>
        new($"Could not write {Path} of {_remote}: {length} bytes came so far, and {scheme.Name} can encrypt at most {scheme.MaximumClearLength} as one file.",
            ErrorCodes.RemoteUnsupported) { Remote = _remote, Path = Path.Value };
}
