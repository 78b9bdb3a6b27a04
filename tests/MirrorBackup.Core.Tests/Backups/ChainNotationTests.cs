using MirrorBackup.Backups;

namespace MirrorBackup.Tests.Backups;

public sealed class ChainNotationTests
{
    [Theory]
    [InlineData("")]
    [InlineData("Abc")]
    [InlineData("ABC")]
    [InlineData("EIjk")]
    [InlineData("AbcDef")]
    [InlineData("A(b)c")]
    [InlineData("(A)bc")]
    [InlineData("ab!c!")]
    [InlineData("Abc*de")]
    [InlineData("XYzA1b1")]
    public void Format_ParsedIncrementalChain_IsTheSameText(string letters)
    {
        var chain = ChainNotation.Parse(letters, new NotationOptions { Mode = BackupMode.Incremental });

        var expected = letters == "ab!c!" ? "a!b!c!" : letters;
        Assert.Equal(expected, chain.ToString());
    }

    [Theory]
    [InlineData("ABC", BackupMode.Full)]
    [InlineData("A!B", BackupMode.Full)]
    [InlineData("Abc", BackupMode.Incremental)]
    [InlineData("", BackupMode.Incremental)]
    public void Parse_NoModeGiven_IsTheModeOfTheLetters(string letters, BackupMode expected) =>
        Assert.Equal(expected, ChainNotation.Parse(letters).Mode);

    [Fact]
    public void Parse_LongAndNoChain_IsShownInPart()
    {
        var errors = ((string[])[new string('A', 9000), $"Abc{new string('(', 9000)}"]).Select(text => Assert.Throws<MirrorBackupException>(() => ChainNotation.Parse(text)));

        Assert.All(errors, static error => Assert.InRange(error.Message.Length, 50, 500));
    }

    [Theory]
    [InlineData("A-b", "position 1")]
    [InlineData("Ba", "position 1")]
    [InlineData("AA", "position 1")]
    [InlineData("A(b", "position 3")]
    [InlineData("Ab)", "position 2")]
    [InlineData("A((b))", "position 2")]
    [InlineData("A100", "position 1")]
    [InlineData("Ä", "position 0")]
    public void Parse_NoChain_NamesThePosition(string letters, string position)
    {
        var exception = Assert.Throws<MirrorBackupException>(() => ChainNotation.Parse(letters));

        Assert.Equal(ErrorCodes.InvalidNotation, exception.Code);
        Assert.Contains(position, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_DeltaInFullMode_IsRefused() =>
        Assert.Throws<MirrorBackupException>(() => ChainNotation.Parse("Ab", new NotationOptions { Mode = BackupMode.Full }));

    [Fact]
    public void Parse_TwoTexts_ShareRevisionsOfOneLetter()
    {
        var destination = ChainNotation.Parse("Abcd");
        var source = ChainNotation.Parse("Cde");

        Assert.Equal(destination.Revisions[2].Id, source.Revisions[0].Id);
        Assert.Equal(destination.Revisions[3].Id, source.Revisions[2].ParentId);
        Assert.Equal(1767574800000, destination.Points[0].Id.Timestamp);
        Assert.Equal("20260105T010000Z", destination.Points[0].Name);
    }

    [Fact]
    public void Names_RealInstants_AreLetteredByOrderOverAllChains()
    {
        var first = At(1_700_000_000_123, 1_700_000_500_000);
        var second = At(1_700_000_000_123, 1_700_000_900_000);

        var names = PointNames.Of(first, second);

        Assert.Equal("AC", ChainNotation.Format(second, names));
        Assert.Equal("AB", ChainNotation.Format(first, names));
    }

    private static BackupChain At(params long[] timestamps) => BackupChain.From(new TestChain
    {
        Mode = BackupMode.Full,
        Points = [.. timestamps.Select(timestamp => TestChain.Archive(timestamp))],
        Revisions = [.. timestamps.Select(timestamp => TestChain.ArchiveRevision(timestamp))],
    });
}
