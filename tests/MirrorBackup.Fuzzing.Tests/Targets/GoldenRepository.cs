using MirrorBackup.Codecs.Encryption;
using MirrorBackup.Fuzzing.Engine;
using MirrorBackup.Fuzzing.Mutations;

namespace MirrorBackup.Fuzzing.Targets;

/// <summary>A small repository of the golden data of which one file is damaged.</summary>
internal sealed class GoldenRepository
{
    private readonly Lazy<IReadOnlyDictionary<string, byte[]>> _files;
    private readonly string _codec;
    private readonly EncryptionAlgorithm? _cipher;

    private GoldenRepository(string set, string? vm, string codec, EncryptionAlgorithm? cipher)
    {
        (Set, _codec, _cipher) = (set, codec, cipher);
        _files = new(() => GoldenFiles.Load(set, vm));
    }

    /// <summary>Repositories of all forms.</summary>
    public static IReadOnlyList<GoldenRepository> Whole { get; } =
    [
        new("a-src-delta-vhd", GoldenFiles.SmallVm, "none", null),
        new("b-src-full-xva", null, "none", null),
        new("c1-mirror-vhddir-brotli", GoldenFiles.SmallVm, "brotli", null),
        new("c2-vhddir-gzip", GoldenFiles.SmallVm, "gzip", null),
        new("d1-enc-chacha20-delta", null, "brotli", EncryptionAlgorithm.ChaCha20Poly1305),
        new("d4-enc-aes256gcm-full", null, "none", EncryptionAlgorithm.Aes256Gcm),
    ];

    /// <summary>Repositories in the middle of a merge of directories.</summary>
    public static IReadOnlyList<GoldenRepository> Interrupted { get; } =
        [new("g-interrupted-merge-dir-blocks", null, "brotli", null), new("g-interrupted-merge-dir-cleanup", null, "brotli", null)];

    /// <summary>The golden set.</summary>
    public string Set { get; }

    /// <summary>Whether it is encrypted.</summary>
    public bool IsEncrypted => _cipher is not null;

    /// <summary>The files as they are stored.</summary>
    public IReadOnlyDictionary<string, byte[]> Files => _files.Value;

    /// <summary>Damages one file, most of the time behind its compression and encryption.</summary>
    public NamedBytes Damage(Random random)
    {
        // Metadata, tables and states decide more than blocks do.
        var paths = Files.Keys.Where(path => random.Next(4) == 0 || !path.Contains("/blocks/", StringComparison.Ordinal)).ToArray();
        var path = paths[random.Next(paths.Length)];
        var stored = Files[path];
        var isClear = _cipher is null || path is "encryption.json";
        if (random.Next(8) == 0)
        {
            return new NamedBytes($"{Set} {path}", ByteMutation.Apply(random, stored, Files[paths[random.Next(paths.Length)]]));
        }

        var codec = FileMutation.CodecOf(path, _codec);
        var packed = isClear ? stored : RemoteFiles.Open(_cipher!.Value, stored);
        var damaged = Compressed.As(codec, FileMutation.Apply(random, path, Compressed.Expand(codec, packed)));
        return new NamedBytes($"{Set} {path}", isClear ? damaged : RemoteFiles.Seal(_cipher!.Value, damaged));
    }

    /// <summary>Finds the repository and the path that the name of an input is about.</summary>
    public static (GoldenRepository Repository, string Path) Find(IReadOnlyList<GoldenRepository> all, string name)
    {
        var space = name.IndexOf(' ', StringComparison.Ordinal);
        return (all.Single(repository => repository.Set == name[..space]), name[(space + 1)..]);
    }
}
