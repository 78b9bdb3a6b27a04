namespace MirrorBackup.Fuzzing.Engine;

/// <summary>Keeps the inputs that failed and says how to see them fail again.</summary>
internal static class FailureFiles
{
    /// <summary>Writes an input.</summary>
    /// <returns>The file.</returns>
    public static async Task<string> WriteAsync(string folder, FuzzTarget target, ulong seed, FuzzFailure failure)
    {
        Directory.CreateDirectory(folder);
        var file = Path.GetFullPath(Path.Combine(folder, failure.Iteration < 0 ? $"{target.Name}-replayed" : $"{target.Name}-{seed}-{failure.Iteration}"));
        await File.WriteAllBytesAsync(file, failure.Input);
        return file;
    }

    /// <summary>Tells a failure, and the two ways to repeat it.</summary>
    public static string Describe(FuzzTarget target, ulong seed, FuzzFailure failure, string file)
    {
        var command = $"dotnet run -c Release --project tests/MirrorBackup.Fuzzing.Tests -- --target {target.Name}";
        return $"""
            {target.Name}, seed {seed}, iteration {failure.Iteration}, {failure.Input.Length} bytes: {failure.Reason}
              {command} --seed {seed} --iteration {failure.Iteration}
              {command} --replay {file}
            """;
    }
}
