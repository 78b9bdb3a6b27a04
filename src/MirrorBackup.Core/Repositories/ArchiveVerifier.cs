using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace MirrorBackup.Repositories;

/// <summary>
/// Checks an archive while it is read, from the first byte to the last: its length, its checksum if it has one, and the end that a tar must have.
/// A copy is to be committed only after <see cref="Complete"/>. One caller at a time.
/// </summary>
public sealed class ArchiveVerifier : IDisposable
{
    private readonly string _path;
    private readonly long _length;
    private readonly ArchiveFormat _format;
    private readonly ArchiveChecksum? _expected;
    private readonly IncrementalHash? _md5;
    private readonly IncrementalHash? _other;
    private readonly byte[] _end = new byte[1024];
    private int _endCount;
    private long _seen;

    /// <summary>Starts a check.</summary>
    /// <param name="path">The archive, for messages.</param>
    /// <param name="length">Bytes that it must have.</param>
    /// <param name="format">How it is packed.</param>
    /// <param name="expected">What its checksum file says, if there is one.</param>
    /// <param name="makesChecksum">Whether <see cref="Complete"/> is to give a checksum. Otherwise nothing is hashed but for the sake of <paramref name="expected"/>.</param>
    internal ArchiveVerifier(string path, long length, ArchiveFormat format, ArchiveChecksum? expected, bool makesChecksum)
    {
        _md5 = makesChecksum || expected?.Algorithm == HashAlgorithmName.MD5 ? CreateMd5() : null;
        _path = path;
        _length = length;
        _format = format;
        _expected = expected;
        _other = expected is null || expected.Algorithm == HashAlgorithmName.MD5 ? null : IncrementalHash.CreateHash(expected.Algorithm);
    }

    /// <summary>Takes the next bytes.</summary>
    /// <param name="bytes">Valid during the call only.</param>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        _md5?.AppendData(bytes);
        _other?.AppendData(bytes);
        _seen += bytes.Length;
        KeepEnd(bytes);
    }

    /// <summary>Ends the check.</summary>
    /// <returns>The checksum to store beside a copy: MD5, as Xen Orchestra writes it.</returns>
    /// <exception cref="IntegrityException">The bytes are not those that the checksum file was made of.</exception>
    /// <exception cref="CorruptBackupException">More or fewer bytes came than the archive has, or they do not end as a tar does.</exception>
    public ArchiveChecksum Complete() => CompleteCore() ?? throw new InvalidOperationException($"No checksum of {_path} was asked for.");

    /// <summary>As <see cref="Complete"/>; <see langword="null"/> if no MD5 was computed.</summary>
    internal ArchiveChecksum? CompleteCore()
    {
        if (_seen != _length)
        {
            throw new CorruptBackupException(
                $"The archive {_path} gave {_seen} bytes; it had {_length} when it was opened.", ErrorCodes.Truncated) { Path = _path };
        }

        var md5 = _md5 is null ? null : ArchiveChecksum.Create(HashAlgorithmName.MD5, _md5.GetHashAndReset());
        if (_expected is not null && (_other is null ? md5! : ArchiveChecksum.Create(_expected.Algorithm, _other.GetHashAndReset())) is var found && _expected != found)
        {
            throw new IntegrityException(
                $"The archive {_path} has the {found.Algorithm.Name} {found.Hex}; its checksum file says {_expected.Hex}.") { Path = _path };
        }

        return _format != ArchiveFormat.Tar || XvaArchive.IsTarEnd(_seen, _end.AsSpan(0, _endCount))
            ? md5
            : throw new CorruptBackupException($"The archive {_path} does not end with 1024 zero bytes, as a tar does.", ErrorCodes.Truncated) { Path = _path };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _md5?.Dispose();
        _other?.Dispose();
    }

    private void KeepEnd(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= _end.Length)
        {
            bytes[^_end.Length..].CopyTo(_end);
            _endCount = _end.Length;
            return;
        }

        var kept = Math.Min(_endCount, _end.Length - bytes.Length);
        _end.AsSpan(_endCount - kept, kept).CopyTo(_end);
        bytes.CopyTo(_end.AsSpan(kept));
        _endCount = kept + bytes.Length;
    }

    [SuppressMessage("Security", "CA5351", Justification = "The format of Xen Orchestra's checksum files is MD5; it guards against accidents, not against attackers.")]
    private static IncrementalHash CreateMd5() => IncrementalHash.CreateHash(HashAlgorithmName.MD5);
}
