namespace MirrorBackup.Remotes.Local;

/// <summary>Tells apart what the framework's file members raise.</summary>
internal static class FrameworkErrors
{
    private const int ErrnoNoSpace = 28;
    private const int ErrnoQuotaLinux = 122;
    private const int ErrnoQuotaMac = 69;
    private const int ErrnoReadOnly = 30;
    private const int WindowsDiskFull = unchecked((int)0x80070070);
    private const int WindowsHandleDiskFull = unchecked((int)0x80070027);
    private const int WindowsQuota = unchecked((int)0x8007050F);
    private const int WindowsFileExists = unchecked((int)0x80070050);
    private const int WindowsAlreadyExists = unchecked((int)0x800700B7);
    private const int WindowsNotEmpty = unchecked((int)0x80070091);

    public static FileSystemException Translate(Exception exception, RemotePath path) =>
        exception as FileSystemException ?? new FileSystemException(Classify(exception), path, exception.Message, exception);

    private static FileFailure Classify(Exception exception) => exception switch
    {
        FileNotFoundException or DirectoryNotFoundException => FileFailure.NotFound,
        UnauthorizedAccessException => FileFailure.AccessDenied,
        PathTooLongException => FileFailure.NameTooLong,
        _ when OperatingSystem.IsWindows() => exception.HResult switch
        {
            WindowsDiskFull or WindowsHandleDiskFull or WindowsQuota => FileFailure.Full,
            WindowsFileExists or WindowsAlreadyExists => FileFailure.Exists,
            WindowsNotEmpty => FileFailure.NotEmpty,
            _ => FileFailure.Other,
        },
        _ => exception.HResult switch
        {
            ErrnoNoSpace => FileFailure.Full,
            ErrnoQuotaLinux when OperatingSystem.IsLinux() => FileFailure.Full,
            ErrnoQuotaMac when OperatingSystem.IsMacOS() => FileFailure.Full,
            ErrnoReadOnly => FileFailure.AccessDenied,
            17 => FileFailure.Exists,
            39 when OperatingSystem.IsLinux() => FileFailure.NotEmpty,
            66 when OperatingSystem.IsMacOS() => FileFailure.NotEmpty,
            _ => FileFailure.Other,
        },
    };
}
