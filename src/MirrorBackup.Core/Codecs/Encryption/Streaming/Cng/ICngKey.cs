namespace MirrorBackup.Codecs.Encryption.Streaming.Cng;

/// <summary>
/// A key of AES-GCM in CNG, with the two functions that use it: <c>BCryptEncrypt</c> and <c>BCryptDecrypt</c>, or what a test puts in their place.
/// Owns the key.
/// </summary>
internal unsafe interface ICngKey : IDisposable
{
    /// <summary>Calls <c>BCryptEncrypt</c> or <c>BCryptDecrypt</c>.</summary>
    /// <param name="encrypts">Which of the two.</param>
    /// <param name="input">What goes in.</param>
    /// <param name="length">Bytes of input, and bytes that output has room for.</param>
    /// <param name="info">What the call is told; changed by it where calls are chained.</param>
    /// <param name="iv">16 bytes of state where calls are chained; else null.</param>
    /// <param name="output">What comes out.</param>
    /// <param name="written">Bytes that came out.</param>
    /// <returns>An NTSTATUS.</returns>
    int Transform(bool encrypts, byte* input, uint length, CngModeInfo* info, byte* iv, byte* output, out uint written);
}
