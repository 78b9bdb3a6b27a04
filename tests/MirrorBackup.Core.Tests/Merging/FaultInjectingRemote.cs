using MirrorBackup.Remotes;

namespace MirrorBackup.Tests.Merging;

/// <summary>Lets so many operations that change something through, and fails in the next and all that follow.</summary>
internal sealed class FaultInjectingRemote(IRemote inner, int operations, FaultMoment moment) : DelegatingRemote(inner)
{
    private int _left = operations;

    /// <summary>What failed first; null if nothing did.</summary>
    public string? FailedAt { get; private set; }

    public override ValueTask WriteAllAsync(
        RemotePath path, ReadOnlyMemory<byte> content, WriteOptions options = default, CancellationToken cancellationToken = default) =>
        StepAsync($"write {path}", () => Inner.WriteAllAsync(path, content, options, cancellationToken), null);

    public override ValueTask MoveAsync(RemotePath source, RemotePath destination, WriteGrade grade = WriteGrade.Publish, CancellationToken cancellationToken = default) =>
        StepAsync(
            $"move {source}",
            () => Inner.MoveAsync(source, destination, grade, cancellationToken),
            async () => await Inner.WriteAllAsync(destination, await Inner.ReadAllAsync(source, int.MaxValue, cancellationToken), default, cancellationToken));

    public override ValueTask DeleteAsync(RemotePath path, CancellationToken cancellationToken = default) =>
        StepAsync($"delete {path}", () => Inner.DeleteAsync(path, cancellationToken), null);

    public override ValueTask DeleteTreeAsync(RemotePath path, CancellationToken cancellationToken = default) =>
        StepAsync($"delete the tree {path}", () => Inner.DeleteTreeAsync(path, cancellationToken), () => DeleteHalfAsync(path, cancellationToken));

    private async ValueTask StepAsync(string what, Func<ValueTask> operation, Func<ValueTask>? half)
    {
        if (_left-- > 0)
        {
            await operation();
            return;
        }

        if (FailedAt is null && moment != FaultMoment.Before)
        {
            await (moment == FaultMoment.Within && half is not null ? half : operation)();
        }

        FailedAt ??= $"{moment} {what}";
        throw new FaultException();
    }

    private async ValueTask DeleteHalfAsync(RemotePath folder, CancellationToken cancellationToken)
    {
        var files = await MergeFixture.TreeAsync(Inner, folder);
        foreach (var file in files.Where(static (_, index) => index % 2 == 0))
        {
            await Inner.DeleteAsync(folder / file, cancellationToken);
        }
    }

    internal sealed class FaultException : Exception;
}
