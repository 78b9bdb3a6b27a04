using System.Runtime.InteropServices;

namespace MirrorBackup.Codecs.Encryption.Streaming.Cng;

/// <summary>A handle of CNG: of an algorithm's provider or of a key, which the library wipes when the handle is closed.</summary>
internal sealed class CngHandle : SafeHandle
{
    private readonly bool _isKey;

    public CngHandle(nint handle, bool isKey)
        : base(0, ownsHandle: true)
    {
        _isKey = isKey;
        SetHandle(handle);
    }

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle() =>
        (_isKey ? CngFunctions.BCryptDestroyKey(handle) : CngFunctions.BCryptCloseAlgorithmProvider(handle, 0)) >= 0;
}
