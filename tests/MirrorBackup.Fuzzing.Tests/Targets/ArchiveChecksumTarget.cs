using MirrorBackup.Fuzzing.Engine;
using MirrorBackup.Repositories;

namespace MirrorBackup.Fuzzing.Targets;

internal sealed class ArchiveChecksumTarget : TextTarget
{
    public override string Name => "archive-checksum";

    public override int Iterations => 5000;

    protected override string[] Corpus => ["$1$$d41d8cd98f00b204e9800998ecf8427e", $"$5$${new string('a', 64)}\n", $"$6$${new string('0', 128)}", ""];

    protected override string[] Pieces => ["$", "$$", "1", "5", "6", "$1$salt$", "f", "G", "\0", "٣", "\n"];

    protected override void Read(string text)
    {
        var checksum = ArchiveChecksum.Parse(text, "a.xva.checksum");
        FuzzAssertionException.ThrowUnless(ArchiveChecksum.Parse(checksum.ToString(), "again.checksum") == checksum, "it is not read back");
    }
}
