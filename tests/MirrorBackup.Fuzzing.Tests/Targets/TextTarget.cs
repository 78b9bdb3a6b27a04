using MirrorBackup.Fuzzing.Engine;
using MirrorBackup.Fuzzing.Mutations;

namespace MirrorBackup.Fuzzing.Targets;

/// <summary>A reader of a text that people write.</summary>
internal abstract class TextTarget : FuzzTarget
{
    /// <summary>Valid texts.</summary>
    protected abstract string[] Corpus { get; }

    /// <summary>Pieces that mean something in such texts.</summary>
    protected abstract string[] Pieces { get; }

    /// <inheritdoc/>
    public override byte[] CreateInput(Random random) =>
        TextMutation.Apply(random, Corpus[random.Next(Corpus.Length)], Corpus[random.Next(Corpus.Length)], Pieces);

    /// <inheritdoc/>
    public override Task RunAsync(byte[] input, CancellationToken cancellationToken)
    {
        Read(TextMutation.ToText(input));
        return Task.CompletedTask;
    }

    /// <summary>Reads a text.</summary>
    protected abstract void Read(string text);
}
