using MirrorBackup.Fuzzing.Engine;
using MirrorBackup.Remotes;

namespace MirrorBackup.Fuzzing.Targets;

/// <summary>What reads a whole repository of which one file is damaged.</summary>
internal abstract class DamagedRepositoryTarget : FuzzTarget
{
    /// <summary>The repositories.</summary>
    protected abstract IReadOnlyList<GoldenRepository> Corpus { get; }

    /// <inheritdoc/>
    public override long MaximumAllocation(int inputLength) => (512L << 20) + (256L * inputLength);

    /// <inheritdoc/>
    public override TimeSpan MaximumTime(int inputLength) => TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public override byte[] CreateInput(Random random) => Corpus[random.Next(Corpus.Count)].Damage(random).ToInput();

    /// <inheritdoc/>
    public override async Task RunAsync(byte[] input, CancellationToken cancellationToken)
    {
        var (name, content) = NamedBytes.FromInput(input);
        var (golden, path) = GoldenRepository.Find(Corpus, name);
        await using var storage = await RemoteFiles.CreateAsync(golden.Files, cancellationToken);
        await storage.WriteAllAsync(RemotePath.Parse(path), content, default, cancellationToken);
        await ReadAsync(golden, storage, cancellationToken);
    }

    /// <summary>Reads it.</summary>
    protected abstract Task ReadAsync(GoldenRepository golden, MemoryRemote storage, CancellationToken cancellationToken);
}
