using System.Text.Json;
using System.Text.Json.Nodes;

namespace MirrorBackup.Golden;

/// <summary>One scenario of <c>scenarios.json</c>: what the states of <c>states/</c> hold and what is right for them.</summary>
public sealed class GoldenScenario
{
    private static readonly Lazy<JsonObject> s_all = new(static () =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(GoldenData.Root, "scenarios.json")))!.AsObject());

    private readonly JsonNode _json;

    private GoldenScenario(string name, JsonNode json)
    {
        Name = name;
        _json = json;
    }

    /// <summary>The names of the scenarios that have states and expectations, and in which every remote is clear and holds VHD files.</summary>
    public static IEnumerable<string> Names =>
        s_all.Value.Where(static pair => pair.Value!["expected"] is not null && pair.Value["forms"] is null).Select(static pair => pair.Key);

    /// <summary>The names of the scenarios with states and expectations in which a remote holds VHD directories or is encrypted.</summary>
    public static IEnumerable<string> NamesWithForms =>
        s_all.Value.Where(static pair => pair.Value!["expected"] is not null && pair.Value["forms"] is not null).Select(static pair => pair.Key);

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary><c>full</c> or <c>delta</c>.</summary>
    public string Mode => (string)_json["mode"]!;

    /// <summary>The only VM.</summary>
    public string Vm => (string)_json["ids"]!["vm"]!;

    /// <summary>The mirror job whose points the destinations hold.</summary>
    public string MirrorJob => (string)_json["ids"]!["mirrorJob"]!;

    /// <summary>The schedule of <see cref="MirrorJob"/>.</summary>
    public string MirrorSchedule => (string)_json["ids"]!["mirrorSchedule"]!;

    /// <summary>What is expected of each step, one entry per destination.</summary>
    public IReadOnlyList<GoldenExpectation> Expectations =>
        [.. _json["expected"]!["steps"]!.AsArray().Select(step => new GoldenExpectation(
            (int)step!["step"]!,
            (string)step["destination"]!,
            (int)step["retention"]!,
            (string?)step["shouldHold"],
            (string?)step["digestsExcluded"] ?? "",
            (string?)step["expect"]))];

    /// <summary>The options of a step that the engine ran with, such as <c>deleteFirst</c>.</summary>
    public bool HasOption(int step, string option) =>
        _json["steps"]!.AsArray().Single(s => (int)s!["step"]! == step)!["options"] is JsonObject options
        && options["global"]?[option]?.GetValueKind() == JsonValueKind.True;

    /// <summary>How a remote of a step stores its disks: what XO was told, and what is to be told us.</summary>
    /// <param name="remote">The folder: <c>src</c>, <c>dst</c>.</param>
    /// <param name="step">The number of the step.</param>
    public GoldenForm FormOf(string remote, int step)
    {
        if (_json["forms"]?[remote] is not { } form)
        {
            return GoldenForm.File;
        }

        foreach (var (from, later) in form["fromStep"]?.AsObject() ?? [])
        {
            form = step >= int.Parse(from, System.Globalization.CultureInfo.InvariantCulture) ? later! : form;
        }

        return new GoldenForm(
            IsDirectory: (string?)form["form"] == "directory",
            Codec: (string?)form["codec"] ?? "none",
            IsEncrypted: (bool?)form["encrypted"] ?? false);
    }

    /// <summary>Reads a scenario.</summary>
    public static GoldenScenario Load(string name) => new(name, s_all.Value[name]!);

    /// <summary>The letter of an instant, upper case; <c>?</c> for an instant that has none.</summary>
    public char LetterOf(long timestamp) =>
        (string?)_json["names"]![timestamp.ToString(System.Globalization.CultureInfo.InvariantCulture)] is { } name ? name[0] : '?';

    /// <summary>The SHA-256 of every disk (by id of the live disk; <c>archive</c> for an XVA) of a point, as it truly was.</summary>
    public IReadOnlyDictionary<string, string> TruthOf(long timestamp, string mode)
    {
        var digests = new Dictionary<string, string>();
        foreach (var point in _json["truth"]!.AsArray().Where(p => (long)p!["timestamp"]! == timestamp && (string)p["mode"]! == mode))
        {
            if (point!["disks"] is JsonArray disks && mode == "delta")
            {
                foreach (var disk in disks)
                {
                    digests.TryAdd((string)disk!["vdiUuid"]!, (string)disk["sha256"]!);
                }
            }
            else
            {
                digests.TryAdd("archive", (string)point["sha256"]!);
            }
        }

        return digests;
    }
}
