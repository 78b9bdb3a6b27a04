using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;
using MirrorBackup.Fuzzing.Engine;
using MirrorBackup.Fuzzing.Mutations;
using MirrorBackup.Remotes;
using MirrorBackup.Repositories;

namespace MirrorBackup.Fuzzing.Targets;

/// <summary>An archive with its checksum file: plain, in gzip, and what begins like Zstandard. The first line of an input is the checksum file.</summary>
internal sealed class ArchiveTarget : FuzzTarget
{
    private static readonly RemotePath s_path = RemotePath.Parse("vm/a.xva");
    private static readonly byte[] s_tar = CreateTar();
    private static readonly byte[][] s_corpus =
    [
        s_tar, Compressed.Gzip(s_tar), [0x28, 0xb5, 0x2f, 0xfd, .. s_tar.AsSpan(0, 3000)], .. GoldenFiles.Load("b-src-full-xva").Where(static file => file.Key.EndsWith(".xva", StringComparison.Ordinal)).Take(3).Select(static file => file.Value),
    ];

    public override string Name => "archive";

    public override int Iterations => 2000;

    public override long MaximumAllocation(int inputLength) => (8L << 20) + (16L * inputLength);

    public override byte[] CreateInput(Random random)
    {
        var whole = s_corpus[random.Next(s_corpus.Length)];
        var content = random.Next(4) == 0 ? whole : ByteMutation.Apply(random, whole, s_corpus[random.Next(s_corpus.Length)]);
        var checksum = "$1$$" + Md5(random.Next(2) == 0 ? content : whole);
        if (random.Next(4) == 0)
        {
            checksum = Encoding.Latin1.GetString(ByteMutation.Apply(random, Encoding.Latin1.GetBytes(checksum), [])).Replace("\n", "", StringComparison.Ordinal);
        }

        return new NamedBytes(checksum, content).ToInput();
    }

    public override async Task RunAsync(byte[] input, CancellationToken cancellationToken)
    {
        var (checksum, content) = NamedBytes.FromInput(input);
        await using var remote = new MemoryRemote();
        await remote.WriteAllAsync(s_path, content, default, cancellationToken);
        await remote.WriteAllAsync(RemotePath.Parse(s_path + ".checksum"), Encoding.Latin1.GetBytes(checksum), default, cancellationToken);
        await using var archive = await XvaArchive.OpenAsync(remote, s_path, null, cancellationToken);
        using var verifier = archive.CreateVerifier();
        await archive.ReadAllAsync(verifier.Append, cancellationToken);
        var computed = verifier.Complete();
        FuzzAssertionException.ThrowUnless(computed.Hex == Md5(content), "it computes another checksum");
        FuzzAssertionException.ThrowUnless(archive.Checksum is null || archive.Checksum.Algorithm != HashAlgorithmName.MD5 || archive.Checksum == computed, "a checksum that does not fit was accepted");
    }

    private static string Md5(byte[] content)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        hash.AppendData(content);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static byte[] CreateTar()
    {
        using var content = new MemoryStream();
        using (var tar = new TarWriter(content, TarEntryFormat.Ustar, leaveOpen: true))
        {
            tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, "ova.xml") { DataStream = new MemoryStream(Encoding.ASCII.GetBytes("<value/>")) });
            tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, "Ref:1/00000000") { DataStream = new MemoryStream(new byte[1 << 12]) });
        }

        return content.ToArray();
    }
}
