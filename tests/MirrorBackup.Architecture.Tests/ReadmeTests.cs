using System.Text.RegularExpressions;
using MirrorBackup.Backups;

namespace MirrorBackup.Architecture.Tests;

public sealed partial class ReadmeTests
{
    [Theory]
    [InlineData("embedding")]
    [InlineData("planner")]
    public void Readme_CodeBlock_IsTheCompiledExample(string name)
    {
        var source = Repository.Read("tests/MirrorBackup.Architecture.Tests/ReadmeExamples.cs");
        var example = Example(name).Match(source).Groups["code"].Value.Replace("\n        ", "\n", StringComparison.Ordinal).Trim();

        Assert.NotEmpty(example);
        Assert.Contains($"```csharp\n{example}\n```", Repository.Read("README.md"), StringComparison.Ordinal);
    }

    [Fact]
    public void ReadmePlanner_PictureOfTheReadme_HasItsResult() =>
        Assert.Equal("Bcde", ReadmeExamples.Plan(ChainNotation.Parse("Cde"), ChainNotation.Parse("Abcd"), DateTimeOffset.UnixEpoch));

    [Fact]
    public void Readme_LinksIntoTheRepository_LeadSomewhere() =>
        Assert.All(
            Link().Matches(Repository.Read("README.md")).Select(match => match.Groups["path"].Value),
            path => Assert.True(File.Exists(Path.Combine(Repository.Root, path)), path));

    private static Regex Example(string name) =>
        new($@"^        // readme: {name}\n(?<code>.*?)^        // end$", RegexOptions.Multiline | RegexOptions.Singleline, TimeSpan.FromSeconds(1));

    [GeneratedRegex(@"\]\((?<path>[^):#]+)\)")]
    private static partial Regex Link();
}
