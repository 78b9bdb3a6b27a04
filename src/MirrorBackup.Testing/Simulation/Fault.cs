using System.Globalization;

namespace MirrorBackup.Testing.Simulation;

/// <summary>A fault of a <see cref="FaultyRemote"/>.</summary>
/// <param name="Operation">The index of the operation that it strikes (<see cref="RemoteOperation.Index"/>).</param>
/// <param name="Kind">What goes wrong.</param>
public readonly record struct Fault(int Operation, FaultKind Kind)
{
    /// <summary>The fault for a message.</summary>
    /// <returns>As in <c>Hang at #12</c>.</returns>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Kind} at #{Operation}");
}
