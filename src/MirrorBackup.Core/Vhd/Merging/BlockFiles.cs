using MirrorBackup.Disks;
using MirrorBackup.Remotes;
using MirrorBackup.Vhd.Directories;

namespace MirrorBackup.Vhd.Merging;

/// <summary>Which block files a VHD directory has, whatever its table says. Memory grows with the highest block, a bit for each.</summary>
internal sealed class BlockFiles
{
    private byte[] _bits = new byte[64];

    /// <summary>Whether the file of a block is there.</summary>
    public bool Contains(int block) => block >= 0 && block >> 3 < _bits.Length && SectorBitmap.IsSet(_bits, block);

    /// <summary>Notes the file of a block.</summary>
    public void Add(int block)
    {
        if (block >> 3 >= _bits.Length)
        {
            Array.Resize(ref _bits, Math.Max(_bits.Length * 2, (block >> 3) + 1));
        }

        SectorBitmap.Set(_bits, block, 1);
    }

    /// <summary>The blocks whose files are there, ascending.</summary>
    public IEnumerable<int> All()
    {
        for (var block = 0; block < _bits.Length * 8; block++)
        {
            if (SectorBitmap.IsSet(_bits, block))
            {
                yield return block;
            }
        }
    }

    /// <summary>Lists the block files of a directory; one without any, or that is not there, has none.</summary>
    /// <param name="remote">Where it lies.</param>
    /// <param name="dataPath">The directory itself, not its alias.</param>
    /// <param name="cancellationToken">Stops the listing.</param>
    public static async ValueTask<BlockFiles> ListAsync(IRemote remote, RemotePath dataPath, CancellationToken cancellationToken)
    {
        var files = new BlockFiles();
        foreach (var folder in await remote.ListIfThereAsync(dataPath / VhdDirectoryLayout.BlocksFolder, cancellationToken).ConfigureAwait(false))
        {
            foreach (var file in folder.IsDirectory ? await remote.ListIfThereAsync(folder.Path, cancellationToken).ConfigureAwait(false) : [])
            {
                // Whatever has another name is nothing that a table could mean.
                if (file.IsFile && VhdDirectoryLayout.TryParseBlock(folder.Name, file.Name, out var block))
                {
                    files.Add(block);
                }
            }
        }

        return files;
    }
}
