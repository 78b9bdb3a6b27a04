using System.Security.Cryptography;
using MirrorBackup.Repositories;

namespace MirrorBackup.Tests.Repositories;

public sealed class ArchiveChecksumTests
{
    [Fact]
    public void ToString_Md5OfAbc_IsWhatXenOrchestraWrites() =>
        Assert.Equal(
            "$1$$900150983cd24fb0d6963f7d28e17f72",
            ArchiveChecksum.Create(HashAlgorithmName.MD5, Convert.FromHexString("900150983cd24fb0d6963f7d28e17f72")).ToString());

    [Theory]
    [InlineData("$1$$900150983CD24FB0d6963f7d28e17f72", "MD5")]
    [InlineData(" $5$$ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\n", "SHA256")]
    [InlineData(
        "$6$$ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        "SHA512")]
    public void Parse_KnownAlgorithms_AreRead(string text, string algorithm)
    {
        var checksum = ArchiveChecksum.Parse(text, "a.xva.checksum");

        Assert.Equal(new HashAlgorithmName(algorithm), checksum.Algorithm);
        Assert.Equal(text.Trim().ToLowerInvariant(), checksum.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("900150983cd24fb0d6963f7d28e17f72")]
    [InlineData("$2$$900150983cd24fb0d6963f7d28e17f72")]
    [InlineData("$1$salt$900150983cd24fb0d6963f7d28e17f72")]
    [InlineData("$1$$900150983cd24fb0d6963f7d28e17f7")]
    [InlineData("$5$$900150983cd24fb0d6963f7d28e17f72")]
    [InlineData("$1$$g00150983cd24fb0d6963f7d28e17f72")]
    [InlineData("$1$$900150983cd24fb0d6963f7d28e17f72$")]
    public void Parse_AnythingElse_Throws(string text) =>
        Assert.StartsWith("a.xva.checksum ", Assert.Throws<CorruptBackupException>(() => ArchiveChecksum.Parse(text, "a.xva.checksum")).Message, StringComparison.Ordinal);
}
