namespace MirrorBackup.Benchmarks;

/// <summary>The copy that the others are compared with: the framework's, made durable.</summary>
internal static class DurableCopy
{
    public static void Run(string source, string copy)
    {
        File.Copy(source, copy);
        using var file = File.OpenHandle(copy, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(file);
    }
}
