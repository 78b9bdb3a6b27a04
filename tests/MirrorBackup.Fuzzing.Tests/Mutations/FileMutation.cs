namespace MirrorBackup.Fuzzing.Mutations;

/// <summary>Damages a file of a repository as what its name says that it is.</summary>
internal static class FileMutation
{
    /// <summary>Damages the clear, decompressed content of a file.</summary>
    /// <param name="random">Chance.</param>
    /// <param name="path">The path, which tells what it is.</param>
    /// <param name="content">What it holds; not changed.</param>
    public static byte[] Apply(Random random, string path, byte[] content)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        return name switch
        {
            _ when random.Next(16) == 0 => ByteMutation.Apply(random, content, content),
            "footer" => VhdMutation.Footer(random, content),
            "header" => VhdMutation.Header(random, content),
            _ when name.EndsWith(".json", StringComparison.Ordinal) || name.EndsWith(".json.gz", StringComparison.Ordinal) => JsonMutation.Apply(random, content, content),
            _ when name.EndsWith(".alias.vhd", StringComparison.Ordinal) => ByteMutation.Apply(random, content, content),
            _ when name.EndsWith(".vhd", StringComparison.Ordinal) => VhdMutation.File(random, content, content),
            _ => ByteMutation.Apply(random, content, content),
        };
    }

    /// <summary>Whether a file of a VHD directory or a cache is compressed, and with what.</summary>
    /// <param name="path">The path.</param>
    /// <param name="codec">The codec of VHD directories.</param>
    public static string CodecOf(string path, string codec)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        return name.EndsWith(".gz", StringComparison.Ordinal) ? "gzip"
            : name is "footer" or "header" or "bat" || path.Contains("/blocks/", StringComparison.Ordinal) ? codec
            : "none";
    }
}
