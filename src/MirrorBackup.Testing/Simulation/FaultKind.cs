using MirrorBackup.Remotes;

namespace MirrorBackup.Testing.Simulation;

/// <summary>What goes wrong with an operation of a remote.</summary>
public enum FaultKind
{
    /// <summary>It fails, and nothing was done (<see cref="RemoteUnavailableException"/>).</summary>
    FailBefore,

    /// <summary>It is done, and its answer is lost: the caller sees a failure.</summary>
    FailAfter,

    /// <summary>It is not done and does not end before it is cancelled.</summary>
    Hang,

    /// <summary>A write puts down the first half of its bytes and fails; other operations fail before they are done.</summary>
    TearWrite,

    /// <summary>The storage is full: this change and every later one that needs room fails (<see cref="RemoteFullException"/>).</summary>
    Full,

    /// <summary>The storage does not answer any more: this operation and every later one fails.</summary>
    Die,

    /// <summary>A listing gives what the directory held when it was listed before, if it ever was. Other operations are done as always.</summary>
    StaleListing,

    /// <summary>One bit of what is read is another. Other operations are done as always.</summary>
    FlipBit,

    /// <summary>The lock is found to have been lost, now and at every later look. Other operations are done as always.</summary>
    LoseLock,
}
