using System.Text;
using MirrorBackup.Fuzzing.Engine;
using MirrorBackup.Fuzzing.Mutations;
using MirrorBackup.Remotes;
using MirrorBackup.Vhd.Directories;

namespace MirrorBackup.Fuzzing.Targets;

/// <summary>An alias: whatever it holds, it leads directly below <c>data/</c> beside it, or nowhere.</summary>
internal sealed class AliasTarget : FuzzTarget
{
    private static readonly RemotePath s_alias = RemotePath.Parse("vm/vdis/job/disk/20260105T010000Z.alias.vhd");

    private static readonly string[] s_corpus = ["data/20260105T010000Z.vhd", "./data/a.vhd", " data/b.vhd\n", "data/20260105T010000Z.alias.vhd"];

    private static readonly string[] s_pieces = ["/", "..", "../", "./", "data", "data/", ".vhd", ".alias.vhd", "\0", "\\", ":", "con", "\u00a0", "\ufeff", new string('x', 300)];

    public override string Name => "alias";

    public override int Iterations => 10_000;

    public override byte[] CreateInput(Random random)
    {
        var (text, other) = (s_corpus[random.Next(s_corpus.Length)], s_corpus[random.Next(s_corpus.Length)]);
        return random.Next(3) == 0
            ? ByteMutation.Apply(random, Encoding.UTF8.GetBytes(text), Encoding.UTF8.GetBytes(other))
            : Encoding.UTF8.GetBytes(TextMutation.ToText(TextMutation.Apply(random, text, other, s_pieces)));
    }

    public override async Task RunAsync(byte[] input, CancellationToken cancellationToken)
    {
        await using var remote = new MemoryRemote();
        await remote.WriteAllAsync(s_alias, input, default, cancellationToken);
        var target = await VhdAlias.ReadAsync(remote, s_alias, cancellationToken);
        FuzzAssertionException.ThrowUnless(
            target.Parent == VhdAlias.DataFolderOf(s_alias) && target.Name.EndsWith(".vhd", StringComparison.Ordinal) && !VhdAlias.IsAlias(target.Name), $"it leads to {target}");
    }
}
