namespace MirrorBackup.Vhd.Format;

/// <summary>The wording of what is wrong with a structure: the file, the structure, the field and its offset, what was found, what was expected.</summary>
internal static class VhdFormatError
{
    public static CorruptBackupException Field(string file, string structure, string field, int offset, string found, string expected) =>
        Corrupt(file, $"{structure}, field {field} at offset {offset}: found {found}, expected {expected}.");

    public static UnsupportedBackupException Unsupported(string file, string structure, string field, int offset, string found, string expected) =>
        new($"{file}: {structure}, field {field} at offset {offset}: found {found}, only {expected} is handled.") { Path = file };

    public static CorruptBackupException Corrupt(string file, string problem, string code = ErrorCodes.CorruptFormat) =>
        new($"{file}: {problem}", code) { Path = file };

    public static CorruptBackupException Truncated(string file, string problem) => Corrupt(file, problem, ErrorCodes.Truncated);
}
