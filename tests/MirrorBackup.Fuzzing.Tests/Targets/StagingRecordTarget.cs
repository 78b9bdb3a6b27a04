using System.Text;
using MirrorBackup.Fuzzing.Engine;
using MirrorBackup.Remotes;
using MirrorBackup.Vhd.Directories;

namespace MirrorBackup.Fuzzing.Targets;

/// <summary>The record of an interrupted transfer: one that cannot be understood is none.</summary>
internal sealed class StagingRecordTarget : BytesTarget
{
    private static readonly RemotePath s_path = RemotePath.Parse(".mirrorbackup/transfers/a.json");

    public override string Name => "staging-record";

    public override int Iterations => 5000;

    public override long MaximumAllocation(int inputLength) => (2L << 20) + (256L * inputLength);

    protected override IReadOnlyList<byte[]> Corpus { get; } =
    [
        Encoding.ASCII.GetBytes("""{"version":1,"transfer":{"alias":"xo-vm-backups/vm/vdis/j/d/a.alias.vhd","revision":"r","parent":"p","source":"s","codec":"brotli","encryption":"e","virtualSize":1048576,"blocks":"b"},"data":"a.vhd","flushed":"gAE="}"""),
    ];

    public override async Task RunAsync(byte[] input, CancellationToken cancellationToken)
    {
        await using var remote = new MemoryRemote();
        await remote.WriteAllAsync(s_path, input, default, cancellationToken);
        if (await StagingRecord.ReadAsync(remote, s_path, cancellationToken) is not { } record || !record.TryGetDataPath(out var alias, out var data))
        {
            return;
        }

        FuzzAssertionException.ThrowUnless(data.Parent == VhdAlias.DataFolderOf(alias), $"the blocks of {alias} lie at {data}");
        _ = BlockSet.FromBytes(record.Flushed).Count;
    }
}
