using System.Security.Cryptography;
using System.Text;

namespace MirrorBackup.Codecs.Encryption;

/// <summary>
/// The key of an encrypted remote: 32 bytes, held in one place of memory that the garbage collector does not move, and wiped by
/// <see cref="Dispose"/>. Nothing shows it.
/// </summary>
/// <remarks>
/// It stays its maker's: an encrypted remote takes a copy when it is opened and wipes that copy when it is closed, so that the key may be
/// disposed as soon as the remote is open. Thread-safe.
/// </remarks>
public sealed class EncryptionKey : IDisposable
{
    /// <summary>How many bytes a key has.</summary>
    public const int Length = 32;

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _asking = new(1, 1);
    private readonly Func<CancellationToken, ValueTask<byte[]>>? _ask;
    private byte[]? _bytes;
    private bool _disposed;

    private EncryptionKey(byte[]? bytes, Func<CancellationToken, ValueTask<byte[]>>? ask) => (_bytes, _ask) = (bytes, ask);

    /// <summary>Makes a key of bytes.</summary>
    /// <param name="key">32 bytes; copied, and the caller's to wipe.</param>
    /// <returns>The key, owned by the caller.</returns>
    /// <exception cref="EncryptionKeyException">Another number of bytes (<see cref="ErrorCodes.InvalidEncryptionKey"/>).</exception>
    public static EncryptionKey FromBytes(ReadOnlySpan<byte> key) => new(Pin(key), null);

    /// <summary>Makes a key of a text as Xen Orchestra does: its UTF-8 bytes are the key (<c>formats/repository.md</c> §3.3).</summary>
    /// <param name="key">A text of 32 ASCII characters, or whatever else has 32 bytes in UTF-8. It cannot be wiped; prefer bytes where there is a choice.</param>
    /// <returns>The key, owned by the caller.</returns>
    /// <exception cref="EncryptionKeyException">Another number of bytes (<see cref="ErrorCodes.InvalidEncryptionKey"/>).</exception>
    public static EncryptionKey FromText(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var bytes = Encoding.UTF8.GetBytes(key);
        return FromOwned(bytes);
    }

    /// <summary>Makes a key that is asked for when it is first needed, such as from a vault.</summary>
    /// <param name="ask">
    /// Gives 32 bytes in an array of its own, which is wiped once it was copied. Called by one caller at a time, and never again after it has
    /// given a key; what it raises goes to who needed the key.
    /// </param>
    /// <returns>The key, owned by the caller.</returns>
    public static EncryptionKey FromCallback(Func<CancellationToken, ValueTask<byte[]>> ask)
    {
        ArgumentNullException.ThrowIfNull(ask);
        return new EncryptionKey(null, ask);
    }

    /// <summary>Wipes the key.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            CryptographicOperations.ZeroMemory(_bytes);
            _bytes = null;
        }
    }

    /// <summary>Says what it is, never what it holds.</summary>
    /// <returns>The same text for every key.</returns>
    public override string ToString() => nameof(EncryptionKey);

    /// <summary>A second key of the same bytes, to be disposed on its own; asks for the key if nobody has yet.</summary>
    internal async ValueTask<EncryptionKey> CopyAsync(CancellationToken cancellationToken)
    {
        if (TryCopy() is { } held)
        {
            return held;
        }

        await _asking.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return TryCopy() ?? Keep(await _ask!(cancellationToken).ConfigureAwait(false));
        }
        finally
        {
            _asking.Release();
        }
    }

    /// <summary>
    /// Makes a cipher of the key. Only of a key that was made of bytes or by <see cref="CopyAsync"/>; a disposed one makes none, so that nothing
    /// is ever encrypted with a key that is being wiped.
    /// </summary>
    internal TCipher Make<TCipher>(CipherFactory<TCipher> make)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return make(_bytes ?? throw new InvalidOperationException("The key was not asked for yet."));
        }
    }

    /// <summary>Makes a cipher of the bytes of a key, which are valid during the call only.</summary>
    internal delegate TCipher CipherFactory<out TCipher>(ReadOnlySpan<byte> key);

    private EncryptionKey? TryCopy()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _bytes is null ? null : FromBytes(_bytes);
        }
    }

    private EncryptionKey Keep(byte[] given)
    {
        using var asked = FromOwned(given);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _bytes = Pin(asked._bytes);
            return FromBytes(_bytes);
        }
    }

    private static EncryptionKey FromOwned(byte[] bytes)
    {
        try
        {
            return FromBytes(bytes);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    private static byte[] Pin(ReadOnlySpan<byte> key)
    {
        if (key.Length != Length)
        {
            throw new EncryptionKeyException($"The encryption key cannot be used: found {key.Length} bytes, expected {Length}.");
        }

        var pinned = GC.AllocateUninitializedArray<byte>(Length, pinned: true);
        key.CopyTo(pinned);
        return pinned;
    }
}
