namespace MirrorBackup.Codecs.Encryption.Streaming.Cng;

/// <summary>A key of AES-GCM in Windows' CNG.</summary>
internal sealed unsafe class CngKey : ICngKey
{
    private const string GcmMode = "ChainingModeGCM";

    private readonly CngHandle _algorithm;
    private readonly CngHandle _key;

    public CngKey(ReadOnlySpan<byte> key)
    {
        CngAesGcm.Check(CngFunctions.BCryptOpenAlgorithmProvider(out var algorithm, "AES", null, 0), "open AES");
        _algorithm = new CngHandle(algorithm, isKey: false);
        try
        {
            // The zero that ends the text belongs to the property.
            var modeBytes = (uint)((GcmMode.Length + 1) * sizeof(char));
            CngAesGcm.Check(CngFunctions.BCryptSetProperty(_algorithm, "ChainingMode", GcmMode, modeBytes, 0), "switch AES to GCM");
            fixed (byte* secret = key)
            {
                CngAesGcm.Check(CngFunctions.BCryptGenerateSymmetricKey(_algorithm, out var made, null, 0, secret, (uint)key.Length, 0), "take the key");
                _key = new CngHandle(made, isKey: true);
            }
        }
        catch
        {
            _algorithm.Dispose();
            throw;
        }
    }

    public int Transform(bool encrypts, byte* input, uint length, CngModeInfo* info, byte* iv, byte* output, out uint written)
    {
        var ivLength = iv is null ? 0u : CngAesGcm.BlockBytes;
        return encrypts
            ? CngFunctions.BCryptEncrypt(_key, input, length, info, iv, ivLength, output, length, out written, 0)
            : CngFunctions.BCryptDecrypt(_key, input, length, info, iv, ivLength, output, length, out written, 0);
    }

    public void Dispose()
    {
        // The key first: it lives in the provider.
        _key.Dispose();
        _algorithm.Dispose();
    }
}
