// Rewrites the sources below FOLDER, a copy of this repository, so that MIRRORBACKUP_MUTANT=n makes mutant n of what is built from them, and writes the
// list of mutants to FOLDER/mutants.txt: number, group, place, what. eng/mutation-test.sh calls it: dotnet run eng/mutants.cs -- FOLDER
//
// Left out, because nothing is left to see when they are removed: declarations and forwarding members (their calls are mutated), flushes of a pipe (which
// make nothing durable), swaps with or of what only notes in memory that something has yet to be flushed, the operations of real file systems
// (Local/Files, which the simulated disk replaces), MergeSource, which only reads, and DestinationLock, which asks the lock only why a job was stopped.
#:property PublishAot=false

using System.Text.RegularExpressions;

var root = args[0];
var mutants = new List<string>();

string[] rooms = ["src/MirrorBackup.Core/Repositories", "src/MirrorBackup.Core/Vhd", "src/MirrorBackup.Core/Mirroring", "src/MirrorBackup.Remotes/Local"];
var steps = new Regex("Repositories/VmFolderWriter[^/]*\\.cs$|Vhd/Merging/(?!MergeSource)[^/]+\\.cs$|Vhd/Directories/VhdDirectoryWriter[^/]*\\.cs$|Mirroring/StepExecution\\.cs$");
var awaited = new Regex("^ +await [^;]*;$");
var barrier = new Regex("^ +(await )?[\\w.]+\\.(FlushAsync|Flush|FlushDirectory|FlushDirectoryAndAbove|FlushFile)\\([^;]*\\)(\\.ConfigureAwait\\(false\\))?;$");
var flushTree = new Regex("\\(\\) => (_directory\\.Unflushed\\.FlushTree\\(.*?cancellationToken\\))");
var look = new Regex("^ +await [^;]*[eE]nsure(Lock)?Held(Async)?\\(cancellationToken\\)\\.ConfigureAwait\\(false\\);$|^ +await EnsureHeldAsync\\(CancellationToken\\.None\\)");
var lookLater = new Regex("^( +(?:EnsureLockHeld|BeforeCommit) = )([\\w.]+),$");

foreach (var file in rooms.SelectMany(Sources).Append(Path.Combine(root, "src/MirrorBackup.Remotes/LocalRemote.Write.cs")).Order(StringComparer.Ordinal))
{
    var lines = File.ReadAllLines(file);
    var result = new List<string>();
    for (var i = 0; i < lines.Length;)
    {
        var end = i;
        while (steps.IsMatch(file) && end < lines.Length && awaited.IsMatch(lines[end]) && Indent(lines[end]) == Indent(lines[i]))
        {
            end++;
        }

        if (end - i < 2)
        {
            result.Add(Guard(file, i, lines[i]));
            i++;
            continue;
        }

        // Statements that follow each other: each is removed where it is one of those, and each pair is swapped.
        var guarded = Enumerable.Range(i, end - i).Select(line => Guard(file, line, lines[line])).ToArray();
        for (var pair = 0; pair + 1 < guarded.Length; pair++)
        {
            var swapped = guarded.ToArray();
            (swapped[pair], swapped[pair + 1]) = (guarded[pair + 1], guarded[pair]);
            result.Add($"{(pair == 0 ? "" : "else ")}if (Mutant.Is({Add("swap", file, i + pair, $"{lines[i + pair].Trim()} ⇄ {lines[i + pair + 1].Trim()}")})) {{");
            result.AddRange(swapped);
            result.Add("}");
        }

        result.AddRange(["else {", .. guarded, "}"]);
        i = end;
    }

    File.WriteAllLines(file, SwapWithinMethods(file, result));
}

foreach (var project in (string[])["Core", "Remotes"])
{
    File.WriteAllText(
        Path.Combine(root, $"src/MirrorBackup.{project}/Mutant.cs"),
        """
        internal static class Mutant
        {
            private static readonly int s_active = int.TryParse(System.Environment.GetEnvironmentVariable("MIRRORBACKUP_MUTANT"), out var active) ? active : 0;
            public static bool Is(int number) => s_active == number;
        }
        """);
}

File.WriteAllLines(Path.Combine(root, "mutants.txt"), mutants);
return;

IEnumerable<string> Sources(string room) => Directory.EnumerateFiles(Path.Combine(root, room), "*.cs", SearchOption.AllDirectories)
    .Where(static file => !file.Contains("/Local/Files/", StringComparison.Ordinal) && !file.EndsWith("/DestinationLock.cs", StringComparison.Ordinal));

static int Indent(string line) => line.Length - line.TrimStart().Length;

int Add(string group, string file, int line, string what)
{
    mutants.Add($"{mutants.Count + 1}\t{group}\t{Path.GetRelativePath(root, file)}:{line + 1}\t{what.Replace(".ConfigureAwait(false)", "")}");
    return mutants.Count;
}

string Guard(string file, int number, string line)
{
    if (lookLater.Match(line) is { Success: true } later)
    {
        return $"{later.Groups[1].Value}Mutant.Is({Add("lock", file, number, line.Trim())}) ? null : {later.Groups[2].Value},";
    }

    if (flushTree.IsMatch(line))
    {
        var mutant = Add("barrier", file, number, "FlushTree");
        return flushTree.Replace(line, $"() => {{ if (!Mutant.Is({mutant})) {{ $1; }} }}");
    }

    var group = look.IsMatch(line) ? "lock" : barrier.IsMatch(line) ? "barrier" : null;
    return group is null ? line : $"if (!Mutant.Is({Add(group, file, number, line.Trim())})) {{ {line.Trim()} }}";
}

// The steps by which a file gets its name are in blocks, so that they are not adjacent as texts.
IEnumerable<string> SwapWithinMethods(string file, List<string> lines)
{
    const string FlushNames = "_directory.Unflushed.FlushDirectoryAndAbove(_directory.Files, ";
    if (file.EndsWith("/TemporaryFile.cs", StringComparison.Ordinal))
    {
        var commit = lines.FindIndex(static line => line.Contains("void Commit(", StringComparison.Ordinal));
        var content = Add("swap", file, commit, "flush of the content ⇄ rename");
        var names = Add("swap", file, commit, "rename ⇄ flush of the directory");
        Replace(lines, commit, "_file.Flush();", line => $"if (!Mutant.Is({content})) {{ {line} }}");
        Replace(lines, commit, "Close();", line => $"if (Mutant.Is({names}) && grade == WriteGrade.Publish) {{ {FlushNames}_path.Parent); }} {line}");
        Replace(lines, commit, "_renamed = true;", line => $"{line} if (Mutant.Is({content}) && grade == WriteGrade.Publish) {{ using var again = _directory.Files.Open(_path, FileUse.Update); again.Flush(); }}");
        Replace(lines, commit, FlushNames, line => line.Contains($"Is({names})", StringComparison.Ordinal) ? line : $"if (!Mutant.Is({names})) {{ {line} }}", last: true);
    }
    else if (file.EndsWith("/LocalRemote.Write.cs", StringComparison.Ordinal))
    {
        var move = lines.FindIndex(static line => line.Contains("void Move(", StringComparison.Ordinal));
        var names = Add("swap", file, move, "rename ⇄ flush of the directory");
        Replace(lines, move, "FlushFile(", line => $"{line} if (Mutant.Is({names})) {{ {FlushNames}destination.Parent); }}");
        Replace(lines, move, FlushNames + "destination.Parent", line => line.Contains("FlushFile", StringComparison.Ordinal) ? line : $"if (!Mutant.Is({names})) {{ {line} }}", last: true);
    }

    return lines;
}

static void Replace(List<string> lines, int from, string text, Func<string, string> change, bool last = false)
{
    var end = lines.FindIndex(from, static line => line == "    }");
    var found = last ? lines.FindLastIndex(end, end - from, line => line.Contains(text, StringComparison.Ordinal)) : lines.FindIndex(from, end - from, line => line.Contains(text, StringComparison.Ordinal));
    lines[found] = found < 0 ? throw new InvalidOperationException($"There is no {text} to mutate.") : change(lines[found]);
}
