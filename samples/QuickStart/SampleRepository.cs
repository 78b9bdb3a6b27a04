using System.Formats.Tar;
using System.IO.Compression;

namespace MirrorBackup.QuickStart;

/// <summary>The repository that comes with this sample: real backups, written by Xen Orchestra.</summary>
internal static class SampleRepository
{
    /// <summary>Unpacks it.</summary>
    /// <param name="folder">A folder; made if it is not there.</param>
    /// <param name="cancellationToken">Stops the unpacking.</param>
    public static async Task UnpackAsync(string folder, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        await using var packed = typeof(SampleRepository).Assembly.GetManifestResourceStream("repository.tar.br")!;
        await using var tar = new BrotliStream(packed, CompressionMode.Decompress);
        await TarFile.ExtractToDirectoryAsync(tar, folder, overwriteFiles: false, cancellationToken);
    }
}
