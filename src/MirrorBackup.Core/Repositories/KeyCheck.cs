namespace MirrorBackup.Repositories;

/// <summary>What <c>metadata.json</c> says of a key.</summary>
internal enum KeyCheck
{
    /// <summary>It decrypts, and holds what it has to.</summary>
    Fits,

    /// <summary>There is no such file.</summary>
    Missing,

    /// <summary>It does not decrypt.</summary>
    NotAuthentic,

    /// <summary>It holds no JSON.</summary>
    NotJson,

    /// <summary>It holds JSON, but not what tells a key.</summary>
    NoKeyCheck,
}
