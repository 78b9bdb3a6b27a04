using MirrorBackup.Fuzzing.Engine;
using MirrorBackup.Fuzzing.Mutations;
using MirrorBackup.Remotes;
using MirrorBackup.Vhd;

namespace MirrorBackup.Fuzzing.Targets;

/// <summary>A VHD file, opened strictly and as a merge opens it, with all of its blocks.</summary>
internal sealed class VhdFileTarget : FuzzTarget
{
    private static readonly RemotePath s_path = RemotePath.Parse("folder/d.vhd");

    public override string Name => "vhd-file";

    public override int Iterations => 3000;

    public override IReadOnlyList<string> Names => ["d.vhd"];

    public override long MaximumAllocation(int inputLength) => (2 * DiskReading.Buffers) + (16L * inputLength);

    public override byte[] CreateInput(Random random)
    {
        var corpus = VhdFiles.Corpus;
        return VhdMutation.File(random, corpus[random.Next(corpus.Count)], corpus[random.Next(corpus.Count)]);
    }

    public override async Task RunAsync(byte[] input, CancellationToken cancellationToken)
    {
        await using var remote = new MemoryRemote();
        await remote.WriteAllAsync(s_path, input, default, cancellationToken);
        try
        {
            await using var strict = await VhdDisk.OpenAsync(remote, s_path, null, cancellationToken);
            await DiskReading.ReadAsync(strict, cancellationToken);
        }
        catch (MirrorBackupException refused) when (ErrorOracle.Judge(refused, this) is null)
        {
            await using var tolerant = await VhdDisk.OpenAsync(remote, s_path, new VhdOpenOptions { VerifyEndFooter = false }, cancellationToken);
            await DiskReading.ReadAsync(tolerant, cancellationToken);
        }
    }
}
