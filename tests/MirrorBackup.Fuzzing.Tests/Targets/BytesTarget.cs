using MirrorBackup.Fuzzing.Engine;
using MirrorBackup.Fuzzing.Mutations;

namespace MirrorBackup.Fuzzing.Targets;

/// <summary>A reader of one file whose contents are damaged as bytes or, where they are JSON, as JSON.</summary>
internal abstract class BytesTarget : FuzzTarget
{
    /// <summary>Valid contents.</summary>
    protected abstract IReadOnlyList<byte[]> Corpus { get; }

    /// <inheritdoc/>
    public override byte[] CreateInput(Random random)
    {
        var (content, other) = (Corpus[random.Next(Corpus.Count)], Corpus[random.Next(Corpus.Count)]);
        return content is [(byte)'{' or (byte)'[', ..] ? JsonMutation.Apply(random, content, other) : ByteMutation.Apply(random, content, other);
    }
}
