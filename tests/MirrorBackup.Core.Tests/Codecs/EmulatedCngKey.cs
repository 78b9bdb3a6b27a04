using System.Buffers.Binary;
using System.Security.Cryptography;
using MirrorBackup.Codecs.Encryption.Streaming.Cng;

namespace MirrorBackup.Tests.Codecs;

/// <summary>
/// Does what bcrypt.dll is documented to do with AES-GCM: calls that are chained take whole blocks and keep their state in the caller's IV and MAC
/// context; the one without the flag takes the rest and gives or checks the tag. What it answers is the framework's own AES and AES-GCM.
/// </summary>
internal sealed unsafe class EmulatedCngKey(byte[] key, EmulatedCngKey.Defect defect = EmulatedCngKey.Defect.None) : ICngKey
{
    public const int InvalidParameter = unchecked((int)0xC000000D);
    public const int InvalidBufferSize = unchecked((int)0xC0000206);
    public const int TagMismatch = unchecked((int)0xC000A002);

    private readonly Aes _aes = CreateAes(key);
    private readonly MemoryStream _clear = new();
    private readonly MemoryStream _text = new();

    /// <summary>How an implementation can be wrong.</summary>
    public enum Defect
    {
        None,

        /// <summary>Takes each call for a message of its own, as Wine does.</summary>
        IgnoresChaining,

        /// <summary>Knows nothing of chaining and says so.</summary>
        RefusesChaining,
        AcceptsEveryTag,
        GivesAnotherTag,
        CountsIn12Bits,
        LacksTheFunction,
        ClaimsMoreBytes,
    }

    public bool IsDisposed { get; private set; }

    /// <summary>Bytes of each call, and whether more were announced.</summary>
    public List<(int Length, bool More)> Calls { get; } = [];

    /// <summary>A message of a cipher over an emulated key.</summary>
    public static CngAesGcm Begin(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, bool encrypts, Defect defect = Defect.None) =>
        new(new EmulatedCngKey(key.ToArray(), defect), CreateAes(key.ToArray()), nonce, encrypts);

    public static Aes CreateAes(byte[] key)
    {
        var aes = Aes.Create();
        aes.Key = key;
        return aes;
    }

    public int Transform(bool encrypts, byte* input, uint length, CngModeInfo* info, byte* iv, byte* output, out uint written)
    {
        written = 0;
        var more = (info->Flags & CngModeInfo.ChainCalls) != 0;
        var isInProgress = (info->Flags & CngModeInfo.InProgress) != 0;
        Calls.Add(((int)length, more));
        if (defect == Defect.LacksTheFunction)
        {
            throw new EntryPointNotFoundException("BCryptEncrypt");
        }

        if (info->Size != sizeof(CngModeInfo) || info->Version != 1 || info->NonceLength != 12 || info->TagLength != 16
            || info->AuthData is not null || info->AuthDataLength != 0 || (iv is null && (more || isInProgress))
            || ((more || isInProgress) && info->MacContextLength < 16) || (more && defect == Defect.RefusesChaining))
        {
            return InvalidParameter;
        }

        if (more && length % 16 != 0)
        {
            return InvalidBufferSize;
        }

        if (!isInProgress || defect == Defect.IgnoresChaining)
        {
            _clear.SetLength(0);
            _text.SetLength(0);
        }
        else if (BinaryPrimitives.ReadInt64LittleEndian(new ReadOnlySpan<byte>(iv, 8)) != _text.Length
            || BinaryPrimitives.ReadInt64LittleEndian(new ReadOnlySpan<byte>(info->MacContext, 8)) != ~_text.Length)
        {
            // The caller lost the state.
            return InvalidParameter;
        }

        var text = Combine(new ReadOnlySpan<byte>(input, (int)length), new ReadOnlySpan<byte>(info->Nonce, 12));
        (encrypts ? _clear : _text).Write(new ReadOnlySpan<byte>(input, (int)length));
        (encrypts ? _text : _clear).Write(text);
        text.CopyTo(new Span<byte>(output, (int)length));
        written = length + (defect == Defect.ClaimsMoreBytes ? 1u : 0u);
        if (more)
        {
            info->Flags |= CngModeInfo.InProgress;
            info->TotalDataLength += length;
            BinaryPrimitives.WriteInt64LittleEndian(new Span<byte>(iv, 8), _text.Length);
            BinaryPrimitives.WriteInt64LittleEndian(new Span<byte>(info->MacContext, 8), ~_text.Length);
            return 0;
        }

        return EndMessage(encrypts, info);
    }

    public void Dispose()
    {
        IsDisposed = true;
        _aes.Dispose();
    }

    private int EndMessage(bool encrypts, CngModeInfo* info)
    {
        var tag = new byte[16];
        using (var gcm = new AesGcm(key, tag.Length))
        {
            gcm.Encrypt(new ReadOnlySpan<byte>(info->Nonce, 12), _clear.ToArray(), new byte[_clear.Length], tag);
        }

        tag[3] ^= defect == Defect.GivesAnotherTag ? (byte)1 : (byte)0;
        if (encrypts)
        {
            tag.CopyTo(new Span<byte>(info->Tag, tag.Length));
            return 0;
        }

        return new ReadOnlySpan<byte>(info->Tag, tag.Length).SequenceEqual(tag) || defect == Defect.AcceptsEveryTag ? 0 : TagMismatch;
    }

    private byte[] Combine(ReadOnlySpan<byte> input, ReadOnlySpan<byte> nonce)
    {
        var counters = new byte[(input.Length + 15) / 16 * 16];
        var number = (uint)(_text.Length / 16) + 2;
        for (var block = 0; block < counters.Length; block += 16, number++)
        {
            nonce.CopyTo(counters.AsSpan(block));
            BinaryPrimitives.WriteUInt32BigEndian(counters.AsSpan(block + 12), defect == Defect.CountsIn12Bits ? number & 0xFFF : number);
        }

        var output = _aes.EncryptEcb(counters, PaddingMode.None)[..input.Length];
        for (var at = 0; at < output.Length; at++)
        {
            output[at] ^= input[at];
        }

        return output;
    }
}
