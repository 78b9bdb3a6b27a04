using System.Reflection;
using System.Text.RegularExpressions;

namespace MirrorBackup.Architecture.Tests;

public sealed partial class HouseRuleTests
{
    [Fact]
    public void PureRooms_BannedSymbols_AreErrorsThere()
    {
        var section = PureSection().Match(Repository.Read(".editorconfig"));
        Assert.True(section.Success, ".editorconfig has no section that makes RS0030 an error");

        var folders = section.Groups["folders"].Value.Split(',');
        Assert.Equal(Rooms.Pure.Select(room => room.Replace('.', '/')).Order(), folders.Order());
    }

    [Fact]
    public void BannedSymbols_AreGivenToTheCompiler()
    {
        Assert.Contains("<AdditionalFiles Include=\"BannedSymbols.txt\" />", Repository.Read("src/MirrorBackup.Core/MirrorBackup.Core.csproj"), StringComparison.Ordinal);
        Assert.Contains("P:System.DateTimeOffset.UtcNow;", Repository.Read("src/MirrorBackup.Core/BannedSymbols.txt"), StringComparison.Ordinal);
    }

    [Fact]
    public void ErrorCodes_EachOne_IsDocumentedOnce()
    {
        var rows = ErrorRow().Matches(Repository.Read("docs/errors.md")).Select(match => match.Groups["code"].Value);

        Assert.Equal(Codes().Order(), rows.Order());
    }

    [Fact]
    public void ErrorCodes_NoTwo_AreTheSame() => Assert.Equal(Codes().Distinct(), Codes());

    private static string[] Codes() =>
        [.. typeof(ErrorCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetRawConstantValue()!)];

    [GeneratedRegex(@"^\[src/MirrorBackup\.Core/\{(?<folders>[^}]*)\}/\*\*\.cs\]\ndotnet_diagnostic\.RS0030\.severity = error$", RegexOptions.Multiline)]
    private static partial Regex PureSection();

    [GeneratedRegex(@"^\| `(?<code>MB\d{4})` \|", RegexOptions.Multiline)]
    private static partial Regex ErrorRow();
}
