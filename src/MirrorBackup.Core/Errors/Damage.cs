namespace MirrorBackup;

/// <summary>Tells content that is at fault from a storage that is, and reads twice before it does: much is done to what is called damaged.</summary>
internal static class Damage
{
    /// <summary>Whether an error is about content; a remote that does not answer says nothing about it.</summary>
    public static bool IsDamage(this Exception error) => error is CorruptBackupException or UnsupportedBackupException or IntegrityException;

    /// <summary>Reads, and once more if the content seems damaged, because a reading may fail for once.</summary>
    /// <param name="read">Opens and reads from the beginning at each call.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>What one of the two gave; the error of the second is raised.</returns>
    public static async ValueTask<T> ReadTwiceAsync<T>(Func<CancellationToken, ValueTask<T>> read, CancellationToken cancellationToken)
    {
        try
        {
            return await read(cancellationToken).ConfigureAwait(false);
        }
        catch (MirrorBackupException error) when (error.IsDamage())
        {
            return await read(cancellationToken).ConfigureAwait(false);
        }
    }
}
