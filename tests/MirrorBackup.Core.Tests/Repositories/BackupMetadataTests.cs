using System.Text;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using MirrorBackup.Backups;
using MirrorBackup.Repositories;

namespace MirrorBackup.Tests.Repositories;

public sealed class BackupMetadataTests
{
    private const string Delta =
        """{"mode":"delta","jobId":"job","scheduleId":"s","timestamp":1767574800123,"vhds":{"OpaqueRef:1":"vdis/job/disk-1/20260105T010000Z.vhd"},""" +
        """ "vdis":{"OpaqueRef:1":{"uuid":"AAAA","baseVdi":{"x":1},"$snapshot_of$uuid":"disk-1"}},"isVhdDifferencing":{"OpaqueRef:1":true},""" +
        """ "vm":{"name_label":"web","tags":["a","b"],"is_a_template":0},"size":1.50e3,"unknown":{"n":1.50e+3,"s":"\u00e9\/"}}""";

    [Fact]
    public void Parse_Delta_GivesTypedFields()
    {
        var metadata = Parse(Delta);

        Assert.Equal(new PointId(BackupMode.Incremental, 1767574800123), metadata.Id);
        Assert.Equal(("job", "s", "web", 1500), (metadata.JobId, metadata.ScheduleId, metadata.VmName, metadata.Size));
        Assert.Equal(["a", "b"], metadata.VmTags);
        Assert.Equal([new MetadataDisk("OpaqueRef:1", "disk-1", "vdis/job/disk-1/20260105T010000Z.vhd", "aaaa", true)], metadata.Disks);
        Assert.Null(metadata.ArchivePath);
    }

    [Fact]
    public void WithMergedDisks_UnknownFieldsAndNumberTexts_KeepsThemInPlace()
    {
        var text = Encoding.UTF8.GetString(Parse(Delta).WithMergedDisks(42, static _ => false).ToUtf8());

        Assert.Equal(
            Delta.Replace(", \"", ",\"", StringComparison.Ordinal)
                .Replace("1.50e3", "42", StringComparison.Ordinal)
                .Replace("{\"OpaqueRef:1\":true}", "{\"OpaqueRef:1\":false}", StringComparison.Ordinal),
            text);
    }

    [Fact]
    public void ForMirror_BaseVdi_IsLeftOutAndUnknownTopLevelFieldsAreToo()
    {
        var copy = Parse(Delta).ForMirror(new MirroredBackup
        {
            JobId = "mirror",
            ScheduleId = "nightly",
            Size = 7,
            Tags = ["daily=2026-01-05"],
            Disks = [new MirroredDisk("disk-1", "vdis/mirror/disk-1/20260105T010000Z.vhd", false)],
        });

        Assert.Equal(
            """
            {"isVhdDifferencing":{"OpaqueRef:1":false},"jobId":"mirror","mode":"delta","scheduleId":"nightly","timestamp":1767574800123,
            "vdis":{"OpaqueRef:1":{"uuid":"AAAA","$snapshot_of$uuid":"disk-1"}},"version":"2.0.0",
            "vhds":{"OpaqueRef:1":"vdis/mirror/disk-1/20260105T010000Z.vhd"},"vm":{"name_label":"web","tags":["a","b"],"is_a_template":0},
            "tags":["daily=2026-01-05"],"size":7}
            """.ReplaceLineEndings(""),
            Encoding.UTF8.GetString(copy.ToUtf8()));
    }

    [Fact]
    public void ForMirror_DiskOfTheSourceMissing_Throws()
    {
        var copy = new MirroredBackup { JobId = "j", ScheduleId = "s", Size = 1 };

        Assert.Contains("disk-1", Assert.Throws<ArgumentException>(() => Parse(Delta).ForMirror(copy)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_ArchivePathWithDotSlash_IsNormalised() =>
        Assert.Equal("20260105T010000Z.xva", Parse("""{"mode":"full","timestamp":1,"xva":"./20260105T010000Z.xva"}""").ArchivePath);

    [Fact]
    public void Parse_LongNamesAndLiterals_AreShownInPart()
    {
        var name = new string('x', 9000);
        string[] texts =
        [
            $$"""{"mode":"full","timestamp":1,"{{name}}":1,"{{name}}":2}""",
            $$"""{"mode":"delta","timestamp":1,"vhds":{ "{{name}}":1 } }""",
            $$"""{"mode":tru{{name}}}""",
        ];

        Assert.All(texts, static text => Assert.InRange(
            Assert.Throws<CorruptBackupException>(() => BackupMetadata.Parse(Encoding.UTF8.GetBytes(text), "a.json")).Message.Length, 20, 500));
    }

    [Theory]
    [InlineData("", "not the JSON")]
    [InlineData("{ this is not json", "line 1, byte 3")]
    [InlineData("[]", "an object was expected")]
    [InlineData("{} x", "line 1, byte 4")]
    [InlineData("""{"timestamp":1}""", "has no \"mode\"")]
    [InlineData("""{"mode":1,"timestamp":1}""", "\"mode\"; a text was expected")]
    [InlineData("""{"mode":"full","xva":"a.xva"}""", "has no \"timestamp\"")]
    [InlineData("""{"mode":"full","timestamp":-1,"xva":"a.xva"}""", "timestamp -1")]
    [InlineData("""{"mode":"full","timestamp":1e300,"xva":"a.xva"}""", "\"timestamp\"; a number of 64 bits")]
    [InlineData("""{"mode":"full","timestamp":1}""", "has no xva")]
    [InlineData("""{"mode":"full","mode":"full","timestamp":1}""", "\"mode\" is there twice")]
    [InlineData("""{"mode":"full","timestamp":1,"xva":"../other/a.xva"}""", "inside the folder of the VM")]
    [InlineData("""{"mode":"full","timestamp":1,"xva":"/etc/a.xva"}""", "inside the folder of the VM")]
    [InlineData("""{"mode":"full","timestamp":1,"xva":"vdis/a.xva"}""", "beside the metadata")]
    [InlineData("""{"mode":"full","timestamp":1,"xva":"a\u0000.xva"}""", "inside the folder of the VM")]
    [InlineData("""{"mode":"full","timestamp":1,"xva":"\ud800.xva"}""", "not valid Unicode")]
    [InlineData("""{"mode":"delta","timestamp":1}""", "has no \"vhds\"")]
    [InlineData("""{"mode":"delta","timestamp":1,"vhds":{"r":"vdis/../../x/y.vhd"}}""", "inside the folder of the VM")]
    [InlineData("""{"mode":"delta","timestamp":1,"vhds":{"r":"a/b/c.vhd"}}""", "vdis/…/<disk>/<name>.vhd")]
    [InlineData("""{"mode":"delta","timestamp":1,"vhds":{"r":"vdis/b.vhd"}}""", "vdis/…/<disk>/<name>.vhd")]
    [InlineData("""{"mode":"delta","timestamp":1,"vhds":{"r":"vdis/j/d/c.json"}}""", "vdis/…/<disk>/<name>.vhd")]
    [InlineData("""{"mode":"delta","timestamp":1,"vhds":{"r":7}}""", "\"r\"; a text was expected")]
    public void Parse_Broken_NamesFileFoundAndExpected(string text, string expected)
    {
        var error = Assert.Throws<CorruptBackupException>(() => Parse(text));

        Assert.Equal(ErrorCodes.CorruptMetadata, error.Code);
        Assert.StartsWith("vm/20260105T010000Z.json ", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_UnknownMode_IsUnsupported() =>
        Assert.Contains("\"snapshot\"", Assert.Throws<UnsupportedBackupException>(() => Parse("""{"mode":"snapshot","timestamp":1}""")).Message, StringComparison.Ordinal);

    [Fact]
    public void Parse_DeepNesting_IsRefused() =>
        Assert.Throws<CorruptBackupException>(() => Parse("""{"mode":"full","timestamp":1,"xva":"a.xva","x":""" + new string('[', 100_000)));

    [Fact]
    public void Parse_AnyMutationOfRealMetadata_GivesMetadataOrASpecificError() => Check.QuickThrowOnFailure(Prop.ForAll(
        ArbMap.Default.ArbFor<(NonNegativeInt At, byte Value)[]>(),
        static changes =>
        {
            var bytes = Encoding.UTF8.GetBytes(Delta);
            foreach (var (at, value) in changes)
            {
                bytes[at.Get % bytes.Length] = value;
            }

            try
            {
                return BackupMetadata.Parse(bytes, "p").ToUtf8().Length > 0;
            }
            catch (Exception refused) when (refused is CorruptBackupException or UnsupportedBackupException)
            {
                return refused.Message.Contains('p', StringComparison.Ordinal);
            }
        }));

    [Fact]
    public void ToUtf8_AnyJsonObject_IsTheSameObject() => Check.QuickThrowOnFailure(Prop.ForAll(
        ArbMap.Default.ArbFor<(NonNull<string> Name, NonNull<string> Value)[]>(),
        static fields =>
        {
            var source = new JsonObject { ["mode"] = "full", ["timestamp"] = 1, ["xva"] = "a.xva" };
            foreach (var (name, value) in fields)
            {
                source["x" + name.Get] = value.Get;
            }

            var written = BackupMetadata.Parse(Encoding.UTF8.GetBytes(source.ToJsonString()), "p").ToUtf8();
            return JsonNode.DeepEquals(JsonNode.Parse(written), source);
        }));

    private static BackupMetadata Parse(string text) => BackupMetadata.Parse(Encoding.UTF8.GetBytes(text), "vm/20260105T010000Z.json");
}
