namespace MirrorBackup.Fuzzing.Engine;

/// <summary>A reader accepted an input and then contradicted itself.</summary>
internal sealed class FuzzAssertionException(string message) : Exception(message)
{
    /// <exception cref="FuzzAssertionException">The condition is false.</exception>
    public static void ThrowUnless(bool condition, string message)
    {
        if (!condition)
        {
            throw new FuzzAssertionException(message);
        }
    }
}
