using System.Security.Cryptography;
using System.Text;

namespace MirrorBackup.Mirroring;

/// <summary>
/// Ids that are derived from the name of a job: the same name gives the same id everywhere, so that a second run continues the first,
/// whatever became of the URLs. In the form of a UUID, as Xen Orchestra's own.
/// </summary>
internal static class JobIdentity
{
    private static readonly Guid s_namespace = new("6f1d3c9e-52a4-4c0b-8e0a-7b9f2d5c1e44");

    public static string ForJob(string name) => Derive("job/" + name);

    public static string ForSchedule(string name) => Derive("schedule/" + name);

    // RFC 9562 §5.5: a name-based UUID, version 5. SHA-1 is what the RFC prescribes; nothing depends on its strength.
    private static string Derive(string name)
    {
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
#pragma warning disable CA5350
        SHA1.HashData([.. s_namespace.ToByteArray(bigEndian: true), .. Encoding.UTF8.GetBytes(name)], hash);
#pragma warning restore CA5350
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true).ToString();
    }
}
