using MirrorBackup.Remotes;

namespace MirrorBackup.Testing.Simulation;

/// <summary>A file: what readers see, and what a crash would leave.</summary>
internal sealed class SimulatedFile(ulong number, DateTimeOffset lastModified, SparseContent content) : SimulatedNode(number, lastModified)
{
    private readonly List<FileChange> _unflushed = [];
    private SparseContent _durable = content;

    public override RemoteEntryKind Kind => RemoteEntryKind.File;

    public SparseContent Content { get; private set; } = content;

    public void Write(long offset, ReadOnlySpan<byte> data, DateTimeOffset now) =>
        Change(new FileChange(offset, data.Length, SparseContent.Capture(offset, data)), now);

    public void SetLength(long length, DateTimeOffset now) => Change(new FileChange(length, 0, default), now);

    public void Flush()
    {
        _durable = Content;
        _unflushed.Clear();
    }

    public SparseContent After(CrashOutcome outcome, Random? chance)
    {
        if (chance is null)
        {
            return outcome.KeepsData ? Content : _durable;
        }

        var content = _durable;
        foreach (var change in _unflushed)
        {
            content = change.ApplyTo(content, chance);
        }

        return content;
    }

    private void Change(FileChange change, DateTimeOffset now)
    {
        _unflushed.Add(change);
        Content = change.ApplyTo(Content);
        LastModified = now;
    }
}
