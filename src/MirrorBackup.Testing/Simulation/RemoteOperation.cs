using System.Globalization;
using MirrorBackup.Remotes;

namespace MirrorBackup.Testing.Simulation;

/// <summary>One call of a remote, or of what it opened.</summary>
/// <param name="Index">How many came before it.</param>
/// <param name="Kind">What was asked for.</param>
/// <param name="Path">The path that it is about.</param>
public readonly record struct RemoteOperation(int Index, RemoteOperationKind Kind, RemotePath Path)
{
    /// <summary>Whether it asks for a change.</summary>
    public bool IsChange => Kind >= RemoteOperationKind.Create && Kind != RemoteOperationKind.EnsureHeld;

    /// <summary>The operation for a message.</summary>
    /// <returns>As in <c>#12 Read a/b</c>.</returns>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"#{Index} {Kind} {Path}");
}
