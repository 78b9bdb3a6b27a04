using MirrorBackup.Backups;
using MirrorBackup.Fuzzing.Engine;

namespace MirrorBackup.Fuzzing.Targets;

internal sealed class ChainNotationTarget : TextTarget
{
    public override string Name => "chain-notation";

    public override int Iterations => 5000;

    public override IReadOnlyList<string> Names => ["is not a chain"];

    public override long MaximumAllocation(int inputLength) => (1 << 20) + (4096L * inputLength);

    protected override string[] Corpus => ["", "A", "Abc", "ABC", "Abc*d!", "A(b)c", "(A)bc", "Za1b1c99", "BcDe", "Ab*!c", "A99"];

    protected override string[] Pieces => ["A", "z", "1", "99", "100", "9999999999", "(", ")", "()", "*", "!", "**", " ", "é"];

    protected override void Read(string text)
    {
        var chain = ChainNotation.Parse(text);
        var again = ChainNotation.Format(chain);
        FuzzAssertionException.ThrowUnless(ChainNotation.Format(ChainNotation.Parse(again)) == again, $"\"{text}\" is written as \"{again}\", which is not read back");
    }
}
