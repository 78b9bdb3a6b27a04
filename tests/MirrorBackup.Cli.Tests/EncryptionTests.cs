using MirrorBackup.Golden;

namespace MirrorBackup.Cli.Tests;

/// <summary>Encrypted repositories on the command line; and that no key is ever shown.</summary>
public sealed class EncryptionTests : IDisposable
{
    private const string Marker = "MARKERmarkerMARKERmarkerMARKER12";
    private const string Key = "encryptionKey=%22" + GoldenData.EncryptionKey + "%22";

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Mirror_ToAndFromEncryptedRemotes_KeepsTheDigests()
    {
        var source = Unpack("d2-enc-chacha20-full") + "?" + Key;
        var (encrypted, clear) = ("file://" + _folder["encrypted"] + "?useVhdDirectory=true&encryptionKey=%22" + Marker + "%22", "file://" + _folder["clear"]);

        var runs = new List<CliRun>
        {
            await CliRun.RunAsync("mirror", "--source", source, "--destination", encrypted, "--mode", "full", "--retention", "9", "--json"),
            await CliRun.RunAsync("mirror", "--source", encrypted, "--destination", clear, "--mode", "full", "--retention", "9", "--json"),
            await CliRun.RunAsync("verify", encrypted, "--json"),
            await CliRun.RunAsync("list", encrypted, "--json"),
            await CliRun.RunAsync("digest", source),
            await CliRun.RunAsync("digest", encrypted),
            await CliRun.RunAsync("digest", clear),
        };

        Assert.All(runs, static run => Assert.True(run.ExitCode == 0, run.Output + run.Error));
        Assert.All(runs, AssertSecret);
        Assert.NotEmpty(runs[^1].Output);
        Assert.Equal(runs[^3].Output, runs[^1].Output);
        Assert.Equal(runs[^3].Output, runs[^2].Output);
    }

    [Fact]
    public async Task Mirror_AlgorithmInTheUrl_IsWhatAnEmptyRemoteIsSetUpWithAndNoOther()
    {
        var source = Unpack("d2-enc-chacha20-full") + "?" + Key;
        var destination = "file://" + _folder["aes"] + "?encryptionKey=%22" + Marker + "%22&encryptionAlgorithm=";
        string[] command = ["mirror", "--source", source, "--mode", "full", "--retention", "9", "--destination"];

        var first = await CliRun.RunAsync([.. command, destination + "aes-256-gcm"]);
        var again = await CliRun.RunAsync([.. command, destination + "aes-256-gcm"]);
        var left = await CliRun.RunAsync([.. command, destination]);
        var other = await CliRun.RunAsync([.. command, destination + "chacha20-poly1305"]);

        Assert.All((CliRun[])[first, again, left], static run => Assert.True(run.ExitCode == 0, run.Output + run.Error));
        Assert.Contains("aes-256-gcm", await File.ReadAllTextAsync(_folder["aes/encryption.json"], TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(ExitCode.Failure, other.ExitCode);
        Assert.Contains("it is encrypted with aes-256-gcm, and chacha20-poly1305 was asked for", other.Error, StringComparison.Ordinal);
        Assert.All((CliRun[])[first, again, left, other], AssertSecret);
    }

    [Theory]
    [InlineData("encryptionAlgorithm=aes-256-gcm")]
    [InlineData("encryptionKey=%22" + Marker + "%22&encryptionAlgorithm=aes-256-cbc")]
    [InlineData("encryptionKey=%22" + Marker + "%22&encryptionAlgorithm=" + Marker)]
    public async Task Mirror_AlgorithmThatMakesNoSense_IsWrongUsage(string options)
    {
        var run = await CliRun.RunAsync(
            "mirror", "--source", Unpack("d2-enc-chacha20-full") + "?" + Key, "--mode", "full", "--retention", "9", "--destination", "file://" + _folder["new"] + "?" + options);

        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains("encryptionAlgorithm", run.Error, StringComparison.Ordinal);
        AssertSecret(run);
    }

    [Theory]
    [InlineData("list", "SET?encryptionKey=%22" + Marker + "%22")] // another key
    [InlineData("verify", "SET?encryptionKey=%22" + Marker + "short%22")] // no key
    [InlineData("digest", "SET?encryptionKey=" + Marker + "&encryptionKeyFile=/" + Marker)]
    [InlineData("list", "SET?encryptionKey=[%22" + Marker + "%22]")]
    [InlineData("list", "SET?encryptionKey=env:" + Marker)]
    [InlineData("list", "SET?encryptionKeyFile=/nowhere/" + Marker)]
    [InlineData("list", "file:///nowhere/at/all?encryptionKey=%22" + Marker + "%22")]
    [InlineData("list", "s3://key:" + Marker + "@host/bucket?encryptionKey=%22" + Marker + "%22#region")]
    [InlineData("verify", "SET?encryptionKey=%22" + Marker + "%22&encryptionKey=%22" + Marker + "%22")]
    public async Task Commands_ThatFail_NeverShowTheKey(string command, string url)
    {
        var set = url.StartsWith("SET", StringComparison.Ordinal) ? Unpack("d2-enc-chacha20-full") : "";
        foreach (var more in (string[][])[[], ["--json"], ["--verbose"]])
        {
            var run = await CliRun.RunAsync([command, url.Replace("SET", set, StringComparison.Ordinal), .. more]);

            Assert.NotEqual(0, run.ExitCode);
            AssertSecret(run);
        }
    }

    [Fact]
    public async Task Mirror_DestinationsThatFail_NeverShowTheKey()
    {
        var source = Unpack("d2-enc-chacha20-full");
        string[] command =
        [
            "mirror", "--mode", "full", "--retention", "9", "--json", "--verbose",
            "--source", source + "?" + Key,
            "--destination", source + "?encryptionKey=%22" + Marker + "%22",
            "--destination", "file://" + _folder["a"] + "?encryptionKey=%22" + Marker + "x%22",
            "--destination", "file://" + _folder["b"] + "?encryptionKey=%22" + Marker + "%22",
        ];

        var run = await CliRun.RunAsync(command);

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("does not fit metadata.json", run.Output + run.Error, StringComparison.Ordinal);
        AssertSecret(run);
    }

    public void Dispose() => _folder.Dispose();

    private static void AssertSecret(CliRun run)
    {
        var shown = run.Output + run.Error;
        Assert.DoesNotContain(Marker, shown, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(GoldenData.EncryptionKey, shown, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Convert.ToHexString(System.Text.Encoding.ASCII.GetBytes(Marker)), shown, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(Marker)), shown, StringComparison.Ordinal);
    }

    private string Unpack(string set)
    {
        if (!Directory.Exists(_folder[set]))
        {
            GoldenData.UnpackSet(set, Directory.CreateDirectory(_folder[set]).FullName);
        }

        return "file://" + _folder[set];
    }
}
