using System.Collections.Immutable;
using MirrorBackup.Remotes;

namespace MirrorBackup.Vhd.Merging;

/// <summary>What one merge is about and how far it is: the state file, written all or nothing, and only while the lock is held.</summary>
internal sealed class MergeJournal(IRemote remote, RemotePath folder, ImmutableArray<string> chain, VhdMergeOptions options)
{
    /// <summary>Where the files lie.</summary>
    public IRemote Remote => remote;

    /// <summary>The folder of the disk.</summary>
    public RemotePath Folder => folder;

    /// <summary>The file names: the ancestor first, the newest last.</summary>
    public ImmutableArray<string> Chain => chain;

    /// <summary>How to work with the caller.</summary>
    public VhdMergeOptions Options => options;

    /// <summary>The ancestor.</summary>
    public RemotePath AncestorPath => folder.Combine(chain[0]);

    /// <summary>The newest child, whose name survives.</summary>
    public RemotePath NewestPath => folder.Combine(chain[^1]);

    /// <summary>The children, oldest first.</summary>
    public ImmutableArray<RemotePath> ChildPaths => [.. chain.Skip(1).Select(folder.Combine)];

    /// <summary>What the state file says, or will say when it is written next.</summary>
    public MergeState State { get; set; } = MergeState.Empty;

    /// <summary>The name of the state file.</summary>
    public string StateName => MergeStateName.For(chain[0]);

    private RemotePath StatePath => folder.Combine(StateName);

    /// <summary>Takes over what a state file says.</summary>
    public void Restore(MergeState state) => State = state with { Chain = chain, Defect = null };

    public ValueTask EnsureLockHeldAsync(CancellationToken cancellationToken) =>
        options.EnsureLockHeld?.Invoke(cancellationToken) ?? ValueTask.CompletedTask;

    /// <summary>Writes <see cref="State"/>.</summary>
    public async ValueTask WriteAsync(bool mustBeNew, CancellationToken cancellationToken)
    {
        await EnsureLockHeldAsync(cancellationToken).ConfigureAwait(false);
        await remote.WriteAllAsync(StatePath, State.ToJson(), new WriteOptions(MustBeNew: mustBeNew), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Lets the caller write the survivor's metadata, then removes the state file.</summary>
    public async ValueTask EndAsync(VhdMergeResult result, CancellationToken cancellationToken)
    {
        if (options.BeforeStateRemoval is { } before)
        {
            await before(result, cancellationToken).ConfigureAwait(false);
        }

        await EnsureLockHeldAsync(cancellationToken).ConfigureAwait(false);
        await remote.DeleteAsync(StatePath, cancellationToken).ConfigureAwait(false);
    }
}
