using System.Text;
using MirrorBackup.Fuzzing.Engine;
using MirrorBackup.Mirroring;
using MirrorBackup.Remotes;

namespace MirrorBackup.Fuzzing.Targets;

/// <summary>The note of VMs with nothing to do: one that cannot be understood says nothing.</summary>
internal sealed class SettledVmsTarget : BytesTarget
{
    private const string Job = "job";

    public override string Name => "settled-vms";

    public override int Iterations => 5000;

    public override long MaximumAllocation(int inputLength) => (2L << 20) + (256L * inputLength);

    protected override IReadOnlyList<byte[]> Corpus { get; } =
    [
        Encoding.ASCII.GetBytes("""{"version":1,"vms":{"a":{"state":"0123456789abcdef","name":"web","letters":"Abc"},"b":{"state":"f","name":null,"letters":""}}}"""),
    ];

    public override async Task RunAsync(byte[] input, CancellationToken cancellationToken)
    {
        await using var remote = new MemoryRemote();
        await remote.WriteAllAsync(SettledVmsFile.PathOf(Job), input, default, cancellationToken);
        var known = await SettledVmsFile.ReadAsync(remote, Job, cancellationToken);
        await SettledVmsFile.WriteAsync(remote, Job, known, cancellationToken);

        var again = await SettledVmsFile.ReadAsync(remote, Job, cancellationToken);
        FuzzAssertionException.ThrowUnless(known.Count == again.Count && known.All(vm => again[vm.Key] == vm.Value), "what was read is written as something else");
    }
}
