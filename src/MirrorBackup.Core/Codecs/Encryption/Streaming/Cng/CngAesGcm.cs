using System.Buffers.Binary;
using System.Security.Cryptography;

namespace MirrorBackup.Codecs.Encryption.Streaming.Cng;

/// <summary>
/// A message of AES-256-GCM through Windows' CNG, whose calls can be chained: each but the last one takes whole blocks, the last one takes the rest
/// and gives or checks the tag. What CNG keeps from call to call lies in memory of the caller.
/// </summary>
/// <remarks>
/// Always one byte to one block is held back from CNG, so that the last call has something to take. What is held back is not held back from the
/// caller: the framework's AES encrypts the counter of its block, which is the key stream there.
/// </remarks>
internal sealed unsafe class CngAesGcm : StreamingCipher
{
    public const int BlockBytes = 16;

    private const int TagMismatch = unchecked((int)0xC000A002);

    /// <summary>The most bytes of one call: whole blocks, and far below where lengths of 32 bits end.</summary>
    private const int MaximumCallBytes = 1 << 24;

    private readonly ICngKey _key;
    private readonly Aes _aes;
    private readonly bool _encrypts;

    /// <summary>Does not move, for CNG is told where its parts lie: info, nonce, MAC, tag, IV, the block that is held back, room for what comes of it.</summary>
    private readonly byte[] _state = GC.AllocateArray<byte>(sizeof(CngModeInfo) + (6 * BlockBytes), pinned: true);

    private readonly byte[] _keyStream = new byte[BlockBytes];
    private readonly CngModeInfo* _info;
    private readonly byte* _iv;
    private readonly byte* _heldBytes;
    private readonly byte* _scratch;
    private int _held;
    private uint _givenBlocks;
    private bool _isChained;
    private bool _disposed;

    /// <param name="key">The key in CNG; owned.</param>
    /// <param name="aes">The same key in the framework's AES; owned.</param>
    /// <param name="nonce">12 bytes.</param>
    /// <param name="encrypts">Whether clear bytes go in.</param>
    public CngAesGcm(ICngKey key, Aes aes, ReadOnlySpan<byte> nonce, bool encrypts)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(nonce.Length, EncryptionScheme.NonceBytes);
        (_key, _aes, _encrypts) = (key, aes, encrypts);
        fixed (byte* state = _state)
        {
            // Pinned for good; the statement only gives the address.
            _info = (CngModeInfo*)state;
            var next = state + sizeof(CngModeInfo);
            nonce.CopyTo(new Span<byte>(next, nonce.Length));
            *_info = new CngModeInfo
            {
                Size = (uint)sizeof(CngModeInfo),
                Version = CngModeInfo.CurrentVersion,
                Nonce = next,
                NonceLength = EncryptionScheme.NonceBytes,
                MacContext = next + BlockBytes,
                MacContextLength = BlockBytes,
                Tag = next + (2 * BlockBytes),
                TagLength = EncryptionScheme.TagBytes,
            };
            _iv = next + (3 * BlockBytes);
            _heldBytes = next + (4 * BlockBytes);
            _scratch = next + (5 * BlockBytes);
        }
    }

    private Span<byte> Nonce => new(_info->Nonce, EncryptionScheme.NonceBytes);

    private Span<byte> Tag => new(_info->Tag, EncryptionScheme.TagBytes);

    /// <summary>Begins a message.</summary>
    public static CngAesGcm Begin(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, bool encrypts)
    {
        var aes = Aes.Create();
        try
        {
            aes.SetKey(key);
            return new CngAesGcm(new CngKey(key), aes, nonce, encrypts);
        }
        catch
        {
            aes.Dispose();
            throw;
        }
    }

    /// <summary>Raises where a call failed.</summary>
    public static void Check(int status, string verb)
    {
        if (status < 0)
        {
            throw new CryptographicException($"CNG could not {verb}: status 0x{status:X8}.");
        }
    }

    public override void Transform(ReadOnlySpan<byte> input, Span<byte> output)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(output.Length, input.Length);
        ObjectDisposedException.ThrowIf(_disposed, this);
        while (!input.IsEmpty)
        {
            // All but the last one to sixteen bytes, where a block begins.
            var whole = _held == 0 ? Math.Min((input.Length - 1) / BlockBytes * BlockBytes, MaximumCallBytes) : 0;
            if (whole > 0)
            {
                fixed (byte* from = input)
                fixed (byte* to = output)
                {
                    Chain(from, whole, to);
                }
            }
            else
            {
                whole = Hold(input, output);
            }

            input = input[whole..];
            output = output[whole..];
        }
    }

    public override void Finish(Span<byte> tag)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(tag.Length, EncryptionScheme.TagBytes);
        Check(End(), "end");
        Tag.CopyTo(tag);
    }

    public override bool Verify(ReadOnlySpan<byte> tag)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(tag.Length, EncryptionScheme.TagBytes);
        tag.CopyTo(Tag);
        var status = End();
        if (status != TagMismatch)
        {
            Check(status, "end");
        }

        return status != TagMismatch;
    }

    public override void Dispose()
    {
        _disposed = true;
        _key.Dispose();
        _aes.Dispose();
        CryptographicOperations.ZeroMemory(_state);
        CryptographicOperations.ZeroMemory(_keyStream);
    }

    /// <summary>Takes up to a block that is held back; a block that is full and not the last one goes to CNG first.</summary>
    private int Hold(ReadOnlySpan<byte> input, Span<byte> output)
    {
        if (_held == BlockBytes)
        {
            // What comes out was given to the caller before.
            Chain(_heldBytes, BlockBytes, _scratch);
            _held = 0;
            return 0;
        }

        if (_held == 0)
        {
            Nonce.CopyTo(_keyStream);
            BinaryPrimitives.WriteUInt32BigEndian(_keyStream.AsSpan(EncryptionScheme.NonceBytes), _givenBlocks + 2);
            _aes.EncryptEcb(_keyStream, _keyStream, PaddingMode.None);
        }

        var count = Math.Min(BlockBytes - _held, input.Length);
        for (var at = 0; at < count; at++, _held++)
        {
            _heldBytes[_held] = input[at];
            output[at] = (byte)(input[at] ^ _keyStream[_held]);
        }

        return count;
    }

    private void Chain(byte* from, int length, byte* to)
    {
        _isChained = true;
        _info->Flags |= CngModeInfo.ChainCalls;
        var status = _key.Transform(_encrypts, from, (uint)length, _info, _iv, to, out var written);
        GC.KeepAlive(_state);
        Check(status, "go on");
        if (written != (uint)length)
        {
            throw new CryptographicException($"CNG gave {written} bytes for {length}.");
        }

        _givenBlocks += (uint)(length / BlockBytes);
    }

    /// <summary>The last call, which may be the only one.</summary>
    private int End()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _info->Flags &= ~CngModeInfo.ChainCalls;
        var status = _key.Transform(_encrypts, _heldBytes, (uint)_held, _info, _isChained ? _iv : null, _scratch, out _);
        GC.KeepAlive(_state);
        return status;
    }
}
