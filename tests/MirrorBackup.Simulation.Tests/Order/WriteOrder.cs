using System.Text.RegularExpressions;
using MirrorBackup.Remotes;
using MirrorBackup.Testing.Simulation;

namespace MirrorBackup.Simulation.Tests.Order;

/// <summary>
/// Writes down, in one order, what a run asks its destination for and, indented, what that does to the disk. Names that differ from run to run are
/// replaced. What runs in parallel, in a data directory and where nothing is changed, is sorted by file.
/// </summary>
internal sealed partial class WriteOrder(RemotePath folder)
{
    private const string Destination = "dst";

    private readonly List<string> _lines = [];
    private readonly List<string> _folders = [];
    private readonly List<string> _data = [];
    private Func<IEnumerable<RemoteOperation>> _asked = static () => [];
    private int _seen;

    /// <summary>Puts the recording over the destination.</summary>
    public IRemote Watch(string name, IRemote remote)
    {
        if (name != Destination)
        {
            return remote;
        }

        var watched = new FaultyRemote(remote);
        _asked = () => watched.Operations;
        return watched;
    }

    /// <summary>Notes an operation of the disk, and what the remote was asked for before.</summary>
    public void Add(DiskOperation operation)
    {
        AddRemote();
        if (operation.Path.Value.StartsWith(Destination + "/", StringComparison.Ordinal))
        {
            var where = operation.Kind switch
            {
                DiskOperationKind.Rename => " → " + Shorten(operation.Target.Value[(Destination.Length + 1)..]),
                DiskOperationKind.Write when !TemporaryName.IsTemporary(operation.Path.Name) && !operation.Path.Value.Contains(".lock", StringComparison.Ordinal) => $" {operation.Offset}+{operation.Length}",
                DiskOperationKind.SetLength => $" {operation.Offset}",
                _ => "",
            };
            Add($"  {operation.Kind} {Shorten(operation.Path.Value[(Destination.Length + 1)..])}{where}");
        }
    }

    /// <summary>The whole text.</summary>
    public string Finish()
    {
        AddRemote();
        var text = new List<string>();
        for (var start = 0; start < _lines.Count;)
        {
            var (kind, end) = (KindOf(_lines[start]), start + 1);
            while (kind is not null && end < _lines.Count && KindOf(_lines[end]) is { } next && (next == kind || next == "directory" || kind == "directory"))
            {
                kind = next == "directory" ? kind : next;
                end++;
            }

            text.AddRange(_lines[start..end].Distinct().OrderBy(KeyOf, StringComparer.Ordinal).Select(Number));
            start = end;
        }

        return string.Join('\n', text);
    }

    private void AddRemote()
    {
        foreach (var operation in _asked().Skip(_seen).ToArray())
        {
            _seen++;
            if (IsWrittenDown(operation.Kind))
            {
                Add($"{operation.Kind} {Shorten(operation.Path.Value)}");
            }
        }
    }

    private void Add(string line)
    {
        // Pieces of one stream: how many there are says nothing.
        if (_lines.Count == 0 || _lines[^1] != line || line.StartsWith("EnsureHeld", StringComparison.Ordinal))
        {
            _lines.Add(line);
        }
    }

    private string Shorten(string path)
    {
        path = path.Replace(folder.Value, "vm", StringComparison.Ordinal);
        path = Folder().Replace(path, match => "disk" + Number(_folders, match.Value));
        return Temporary().Replace(path, "(${name})");
    }

    private static int Number(List<string> known, string value)
    {
        if (!known.Contains(value))
        {
            known.Add(value);
        }

        return known.IndexOf(value) + 1;
    }

    // After the sorting, so that what is read in parallel does not decide.
    private string Number(string line) => Data().Replace(line, match => $"data/{Number(_data, match.Value)}");

    // What the disk shows in more detail is not written down twice.
    private static bool IsWrittenDown(RemoteOperationKind kind) => kind is RemoteOperationKind.Lock or RemoteOperationKind.EnsureHeld
        or RemoteOperationKind.Open or RemoteOperationKind.Read or RemoteOperationKind.OpenForUpdate
        or RemoteOperationKind.Commit or RemoteOperationKind.WriteAll or RemoteOperationKind.Move or RemoteOperationKind.Flush
        or RemoteOperationKind.Delete or RemoteOperationKind.DeleteTree or RemoteOperationKind.CreateDirectory;

    private static string? KindOf(string line) =>
        IsLook(line) ? "look"
        : IsOfDirectory(line) ? "directory"
        : InData().Match(line) is not { Success: true } match ? null
        : line.StartsWith("  Flush ", StringComparison.Ordinal) && !line.Contains('(', StringComparison.Ordinal) ? "flush"
        : match.Groups["file"].Value.StartsWith("blocks/", StringComparison.Ordinal) ? "block"
        : "part";

    private static bool IsLook(string line) => line.StartsWith("Read ", StringComparison.Ordinal) || line.StartsWith("Open ", StringComparison.Ordinal);

    private static bool IsOfDirectory(string line) => line.StartsWith("  FlushDirectory", StringComparison.Ordinal) || line.StartsWith("  MakeDirectory", StringComparison.Ordinal);

    // Directories by their path, everything else by its file, so that what happens to one file stays in its order.
    private static string KeyOf(string line) =>
        !IsLook(line) && !IsOfDirectory(line) && InData().Match(line) is { Success: true } match ? match.Groups["file"].Value.Replace("(", "", StringComparison.Ordinal).Replace(")", "", StringComparison.Ordinal)
        : line;

    [GeneratedRegex("vdis/[^/]+/[^/]+")]
    private static partial Regex Folder();

    [GeneratedRegex("data/[^/]+\\.vhd")]
    private static partial Regex Data();

    [GeneratedRegex("\\.[0-9]+\\.(?<name>[^/]+)\\.[0-9a-f]+\\.tmp")]
    private static partial Regex Temporary();

    [GeneratedRegex("data/[^/]+\\.vhd/(?<file>[^ ]+)")]
    private static partial Regex InData();
}
