using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;
using MirrorBackup.Remotes;
using MirrorBackup.Remotes.Local;

namespace MirrorBackup.Testing.Simulation;

/// <summary>
/// A disk in memory that crashes as real ones do: names survive when their directory was flushed, bytes when their file was, and everything else
/// as the <see cref="CrashOutcome"/> says. <see cref="LocalRemote"/> runs on it unchanged, with one remote per directory of the disk.
/// </summary>
/// <remarks>
/// <para>
/// It is stricter than most file systems: a flushed file has no durable name, changes of names survive in any order, a rename between two directories
/// in one step. Bytes that are all zeros take no memory, so disks of backups cost little. Thread-safe; every changing operation is one step.
/// </para>
/// <para>
/// <see cref="Crash"/> gives the disk as the next start of the machine finds it, and leaves this one as it is: inside
/// <see cref="BeforeOperation"/> it enumerates every crash of a run while the run goes on.
/// </para>
/// </remarks>
public sealed class SimulatedDisk
{
    private readonly List<NameChange> _unflushed = [];
    private readonly TimeProvider _clock;
    private ulong _lastNumber = 1;

    /// <summary>An empty disk.</summary>
    /// <param name="clock">Gives the times of files.</param>
    public SimulatedDisk(TimeProvider? clock = null)
        : this(clock ?? TimeProvider.System, new SimulatedDirectory(1, default))
    {
    }

    private SimulatedDisk(TimeProvider clock, SimulatedDirectory root) => (_clock, Root) = (clock, root);

    /// <summary>
    /// Is called before each operation, one at a time, while the disk stands still; it may look at the disk by <see cref="Crash"/>, and may raise a
    /// <see cref="FileSystemException"/>, which then is the answer.
    /// </summary>
    public Action<DiskOperation>? BeforeOperation { get; set; }

    /// <summary>How many operations there were.</summary>
    public int OperationCount { get; private set; }

    /// <summary>Bytes that files can have in all, zeros included; <see langword="null"/> for any number. What does not fit fails with <see cref="FileFailure.Full"/>.</summary>
    public long? Capacity { get; set; }

    internal object Gate { get; } = new();

    internal SimulatedDirectory Root { get; }

    internal DateTimeOffset Now => _clock.GetUtcNow();

    /// <summary>The operations below one directory, for a remote whose root it is.</summary>
    /// <param name="root">The directory; made, durably, where it is not there.</param>
    /// <returns>The operations.</returns>
    public IFileSystem OpenFiles(RemotePath root)
    {
        lock (Gate)
        {
            var directory = Root;
            foreach (var name in root.IsRoot ? [] : root.Value.Split('/'))
            {
                if (!directory.Names.TryGetValue(name, out var node))
                {
                    directory.Names[name] = directory.DurableNames[name] = node = new SimulatedDirectory(NextNumber(), Now);
                }

                directory = (SimulatedDirectory)node;
            }

            return new SimulatedFileSystem(this, directory, root);
        }
    }

    /// <summary>The disk as a crash at this moment leaves it: nothing is open, what survived is durable.</summary>
    /// <param name="outcome">What survives of that which was not flushed.</param>
    /// <param name="clock">The clock of the next start; the same one by default.</param>
    /// <returns>Another disk.</returns>
    public SimulatedDisk Crash(CrashOutcome outcome, TimeProvider? clock = null)
    {
        lock (Gate)
        {
            var chance = outcome.Seed is { } seed ? new Random(seed) : null;
            var survivors = new CrashSurvivors(outcome, chance, _unflushed);
            return new SimulatedDisk(clock ?? _clock, survivors.Of(Root)) { _lastNumber = _lastNumber, Capacity = Capacity };
        }
    }

    /// <summary>A number that is equal for equal names and bytes, times aside.</summary>
    /// <param name="path">The directory or file that counts, from the root of the disk; all of it by default.</param>
    /// <param name="counts">Tells the names below it that count; all of them by default.</param>
    /// <returns>The number.</returns>
    public UInt128 ComputeFingerprint(RemotePath path = default, Predicate<string>? counts = null)
    {
        lock (Gate)
        {
            SimulatedNode? node = Root;
            foreach (var name in path.IsRoot ? [] : path.Value.Split('/'))
            {
                node = (node as SimulatedDirectory)?.Names.GetValueOrDefault(name);
            }

            var hash = new XxHash128();
            Append(hash, node, counts);
            return hash.GetCurrentHashAsUInt128();
        }
    }

    internal ulong NextNumber() => ++_lastNumber;

    internal void Begin(DiskOperationKind kind, RemotePath path, RemotePath target = default, long offset = 0, int length = 0)
    {
        BeforeOperation?.Invoke(new DiskOperation(OperationCount, kind, path, target, offset, length));
        OperationCount++;
    }

    internal void Change(params NameChange.Part[] parts)
    {
        var change = new NameChange(parts);
        change.ApplyTo(static directory => directory.Names);
        _unflushed.Add(change);
        foreach (var part in parts)
        {
            part.Directory.LastModified = Now;
        }
    }

    internal void Flush(SimulatedDirectory directory)
    {
        foreach (var change in _unflushed.Where(change => change.IsIn(directory)))
        {
            change.ApplyTo(static changed => changed.DurableNames);
        }

        _unflushed.RemoveAll(change => change.IsIn(directory));
    }

    internal long UsedBytes() => Capacity is null ? 0 : UsedBytes(Root);

    private static long UsedBytes(SimulatedDirectory directory) =>
        directory.Names.Values.Sum(static node => node is SimulatedFile file ? file.Content.Length : UsedBytes((SimulatedDirectory)node));

    private static void Append(XxHash128 hash, SimulatedNode? node, Predicate<string>? counts)
    {
        switch (node)
        {
            case SimulatedFile file:
                hash.Append("="u8);
                hash.Append(MemoryMarshal.AsBytes(new ReadOnlySpan<UInt128>([file.Content.Hash])));
                break;
            case SimulatedDirectory directory:
                hash.Append("/{"u8);
                foreach (var (name, child) in directory.Names)
                {
                    if (counts is null || counts(name))
                    {
                        hash.Append(Encoding.UTF8.GetBytes(name));
                        Append(hash, child, counts);
                    }
                }

                hash.Append("}"u8);
                break;
        }
    }
}
