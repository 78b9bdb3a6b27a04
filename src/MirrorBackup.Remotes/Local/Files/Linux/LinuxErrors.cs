using System.Runtime.InteropServices;

namespace MirrorBackup.Remotes.Local;

/// <summary>The error numbers of Linux that are told apart.</summary>
internal static class LinuxErrors
{
    public const int NotPermitted = 1;
    public const int NotFound = 2;
    public const int Interrupted = 4;
    public const int Access = 13;
    public const int Exists = 17;
    public const int CrossDevice = 18;
    public const int NotDirectory = 20;
    public const int IsDirectory = 21;
    public const int Invalid = 22;
    public const int FileTooLarge = 27;
    public const int NoSpace = 28;
    public const int ReadOnly = 30;
    public const int TooManyLinks = 31;
    public const int NameTooLong = 36;
    public const int NotImplemented = 38;
    public const int NotEmpty = 39;
    public const int Loop = 40;
    public const int NotSupported = 95;
    public const int Quota = 122;

    /// <summary>The failure of the call that was made last on this thread.</summary>
    public static FileSystemException Last(RemotePath path) => From(Marshal.GetLastPInvokeError(), path);

    public static FileSystemException From(int error, RemotePath path) =>
        new(Classify(error), path, $"{Marshal.GetPInvokeErrorMessage(error)} (error {error})");

    private static FileFailure Classify(int error) => error switch
    {
        NotFound => FileFailure.NotFound,
        NotPermitted or Access or ReadOnly => FileFailure.AccessDenied,
        Exists => FileFailure.Exists,
        NotDirectory => FileFailure.NotDirectory,
        IsDirectory => FileFailure.IsDirectory,
        NotEmpty => FileFailure.NotEmpty,
        NoSpace or Quota => FileFailure.Full,
        Loop => FileFailure.Link,
        NameTooLong => FileFailure.NameTooLong,
        CrossDevice or Invalid or NotImplemented or NotSupported or FileTooLarge => FileFailure.Unsupported,
        _ => FileFailure.Other,
    };
}
