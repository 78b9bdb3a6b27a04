using MirrorBackup.Fuzzing.Engine;
using MirrorBackup.Remotes;

namespace MirrorBackup.Fuzzing.Targets;

internal sealed class RemotePathTarget : TextTarget
{
    public override string Name => "remote-path";

    public override int Iterations => 10_000;

    public override IReadOnlyList<string> Names => ["path"];

    protected override string[] Corpus => ["", "a", "xo-vm-backups/4ff8e6e5-b233-491e-bab2-3883e3e77fb4/vdis/a/b/20260105T010000Z.vhd", ".a.vhd.merge.json", "a/b.lock", "é/日本/\U0001F600"];

    protected override string[] Pieces => ["/", "//", "..", ".", "\\", ":", "\0", "con", "NUL.txt", "com1", "\u0085", "\u202e", "\ud83d", new string('x', 300), string.Concat(Enumerable.Repeat("d/", 2500))];

    protected override void Read(string text)
    {
        var isValid = RemotePath.TryParse(text, out var tried);
        try
        {
            var path = RemotePath.Parse(text);
            FuzzAssertionException.ThrowUnless(isValid && path == tried && path.Value == text, "Parse accepts what TryParse refuses");
            FuzzAssertionException.ThrowUnless(!text.Split('/').Any(static segment => segment is "." or "..") && !text.StartsWith('/') && !text.Contains('\\'), "a path that may leave the root");
            FuzzAssertionException.ThrowUnless(path.IsAtOrBelow(path.Parent) && (path.IsRoot || path.Parent / path.Name == path), "parent and name are not the path");
        }
        catch (CorruptBackupException)
        {
            FuzzAssertionException.ThrowUnless(!isValid, "TryParse accepts what Parse refuses");
            throw;
        }
    }
}
