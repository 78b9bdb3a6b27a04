namespace MirrorBackup.Fuzzing.Engine;

/// <summary>
/// One reader of untrusted bytes: what it is fed with, how it is called, and what it may cost. Inputs are a function of the random numbers alone and runs a
/// function of the input alone, so that a seed, or the bytes, reproduce a failure.
/// </summary>
internal abstract class FuzzTarget
{
    /// <summary>How it is called on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>How many inputs the tests try.</summary>
    public virtual int Iterations => 2000;

    /// <summary>
    /// What the message of an error may name where <see cref="MirrorBackupException.Path"/> is empty: the file, or the kind of text. Empty if a non-empty path is
    /// the only way.
    /// </summary>
    public virtual IReadOnlyList<string> Names => [];

    /// <summary>Makes an input.</summary>
    /// <param name="random">The only source of chance.</param>
    public abstract byte[] CreateInput(Random random);

    /// <summary>Reads an input to its end.</summary>
    /// <exception cref="MirrorBackupException">The input is refused. Nothing else may escape.</exception>
    /// <exception cref="FuzzAssertionException">The outcome contradicts itself.</exception>
    public abstract Task RunAsync(byte[] input, CancellationToken cancellationToken);

    /// <summary>The most bytes that a run may allocate, all together.</summary>
    public virtual long MaximumAllocation(int inputLength) => (1L << 20) + (64L * inputLength);

    /// <summary>The most processor time that a run may take.</summary>
    public virtual TimeSpan MaximumTime(int inputLength) => TimeSpan.FromSeconds(2) + TimeSpan.FromMicroseconds(inputLength);
}
