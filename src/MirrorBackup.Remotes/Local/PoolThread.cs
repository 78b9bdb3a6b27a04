using System.Runtime.CompilerServices;

namespace MirrorBackup.Remotes.Local;

/// <summary>Where calls that block are made.</summary>
internal static class PoolThread
{
    /// <summary>Goes on, once awaited, on a thread of the pool that is nobody's: as <see cref="Task.Run(Action)"/> does, without its objects.</summary>
    public static ConfiguredTaskAwaitable SwitchAsync() => Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
}
