using System.Text;
using MirrorBackup.Remotes;

namespace MirrorBackup.Vhd.Directories;

/// <summary>
/// The small text files by which VHD directories are reached: the path of the directory relative to the folder of the alias
/// (<c>formats/vhd.md</c> §3.5). What an alias names is removed with it, so one that is empty or leads elsewhere is never followed.
/// </summary>
internal static class VhdAlias
{
    /// <summary>The ending of the name of every alias.</summary>
    public const string Ending = ".alias.vhd";

    /// <summary>The folder beside the aliases that holds the directories.</summary>
    public const string DataFolder = "data";

    /// <summary>The ending of the name of every VHD, a file or a directory.</summary>
    public const string DataEnding = ".vhd";

    /// <summary>The most bytes that an alias may have.</summary>
    public const int MaximumLength = 1024;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Whether a name is that of an alias.</summary>
    public static bool IsAlias(ReadOnlySpan<char> name) => name.EndsWith(Ending, StringComparison.Ordinal);

    /// <summary>The directory that a new alias is for. After a merge an alias names another one: it must be read.</summary>
    /// <exception cref="ArgumentException">The name is not that of an alias, or has nothing before the ending.</exception>
    public static RemotePath DataPathFor(RemotePath alias)
    {
        var name = alias.Name;
        return IsAlias(name) && name.Length > Ending.Length
            ? DataFolderOf(alias) / (name[..^Ending.Length] + DataEnding)
            : throw new ArgumentException($"{alias} is not the name of an alias: it has to end in {Ending}, with something before it.", nameof(alias));
    }

    /// <summary>The folder that holds the directories of the aliases of the same folder.</summary>
    public static RemotePath DataFolderOf(RemotePath alias) => alias.Parent / DataFolder;

    /// <summary>Reads where an alias leads. Whether anything is there is not looked at.</summary>
    /// <param name="remote">Where it lies.</param>
    /// <param name="alias">The alias.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The VHD directory: directly below <c>data/</c> beside the alias.</returns>
    /// <exception cref="RemoteNotFoundException">The alias is not there.</exception>
    /// <exception cref="CorruptBackupException">It leads nowhere that it may lead (<see cref="ErrorCodes.InvalidAlias"/>).</exception>
    public static async ValueTask<RemotePath> ReadAsync(IRemote remote, RemotePath alias, CancellationToken cancellationToken)
    {
        byte[] content;
        try
        {
            content = await remote.ReadAllAsync(alias, MaximumLength, cancellationToken).ConfigureAwait(false);
        }
        catch (RemoteConflictException directory)
        {
            throw Invalid(alias, "it is a directory, expected a small text file", directory);
        }
        catch (CorruptBackupException tooLarge) when (tooLarge.Code == ErrorCodes.FileTooLarge)
        {
            throw Invalid(alias, $"it is larger than {MaximumLength} bytes, the most that an alias may have", tooLarge);
        }

        return Resolve(alias, content);
    }

    /// <summary>Reads where an alias leads, if it leads anywhere. One that seems damaged is read twice: whose directory is not known, that stays behind.</summary>
    /// <returns>The VHD directory; <see langword="null"/> if the alias is not there or must not be followed.</returns>
    public static async ValueTask<RemotePath?> TryReadAsync(IRemote remote, RemotePath alias, CancellationToken cancellationToken)
    {
        try
        {
            return await Damage.ReadTwiceAsync(stop => ReadAsync(remote, alias, stop), cancellationToken).ConfigureAwait(false);
        }
        catch (MirrorBackupException leadsNowhere) when (leadsNowhere is RemoteNotFoundException || leadsNowhere.IsDamage())
        {
            return null;
        }
    }

    /// <summary>Writes an alias, or replaces it, in one step.</summary>
    /// <param name="remote">Where it will lie.</param>
    /// <param name="alias">The alias.</param>
    /// <param name="target">The VHD directory: directly below <c>data/</c> beside the alias.</param>
    /// <param name="options">Grade and condition; the default publishes.</param>
    /// <param name="cancellationToken">Stops the call; the alias is then the old or the new one.</param>
    /// <exception cref="ArgumentException">A name that <see cref="ReadAsync"/> would refuse.</exception>
    public static ValueTask WriteAsync(IRemote remote, RemotePath alias, RemotePath target, WriteOptions options, CancellationToken cancellationToken)
    {
        var content = Encoding.UTF8.GetBytes($"{DataFolder}/{target.Name}");
        if (!IsAlias(alias.Name) || target.Parent != DataFolderOf(alias) || Problem(content, out _) is not null)
        {
            throw new ArgumentException($"{target} cannot be what the alias {alias} leads to.", nameof(target));
        }

        return remote.WriteAllAsync(alias, content, options, cancellationToken);
    }

    /// <summary>Whether a text is what an alias may hold, written as <see cref="WriteAsync"/> writes it.</summary>
    internal static bool IsTarget(string text) => Problem(Encoding.UTF8.GetBytes(text), out var name) is null && text == $"{DataFolder}/{name}";

    /// <summary>Checks the content of an alias and follows it.</summary>
    /// <exception cref="CorruptBackupException">It leads nowhere that it may lead (<see cref="ErrorCodes.InvalidAlias"/>).</exception>
    internal static RemotePath Resolve(RemotePath alias, ReadOnlySpan<byte> content) =>
        Problem(content, out var name) is { } problem ? throw Invalid(alias, problem) : DataFolderOf(alias) / name;

    // The reason why it may not be followed, or null and the name of the directory.
    private static string? Problem(ReadOnlySpan<byte> content, out string name)
    {
        name = "";
        string text;
        try
        {
            text = StrictUtf8.GetString(content).Trim();
        }
        catch (DecoderFallbackException)
        {
            return "it is not text in UTF-8";
        }

        if (text.Length == 0)
        {
            return $"it is empty, expected the path of a directory below {DataFolder}/";
        }

        var found = RemotePath.Quote(text);
        if (text[0] is '/' or '\\')
        {
            return $"it names {found}, expected a relative path";
        }

        var segments = (text.StartsWith("./", StringComparison.Ordinal) ? text[2..] : text).Split('/');
        name = segments[^1];
        return segments.Any(static segment => segment is "." or ".." or "") ? $"it names {found}, which leads out of {DataFolder}/ or to the folder itself"
            : IsAlias(name) ? $"it names {found}, which is an alias itself"
            : segments.Length != 2 || segments[0] != DataFolder ? $"it names {found}, which does not lie directly below {DataFolder}/"
            : !name.EndsWith(DataEnding, StringComparison.Ordinal) ? $"it names {found}, expected a name that ends in {DataEnding}"
            : !RemotePath.TryParse(name, out _) ? $"it names {found}, which cannot be the name of a directory"
            : null;
    }

    /// <summary>An alias that must not be followed.</summary>
    internal static CorruptBackupException Invalid(RemotePath alias, string problem, Exception? cause = null) =>
        new($"The alias {alias} leads nowhere: {problem}.", ErrorCodes.InvalidAlias, cause) { Path = alias.Value };
}
