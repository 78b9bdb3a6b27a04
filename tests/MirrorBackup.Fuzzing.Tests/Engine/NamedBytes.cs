using System.Text;

namespace MirrorBackup.Fuzzing.Engine;

/// <summary>Inputs that are one file among several: a name, a line end, and the content.</summary>
/// <param name="Name">Which file, or whatever tells the variants of a target apart; without line ends.</param>
/// <param name="Content">What it holds.</param>
internal sealed record NamedBytes(string Name, byte[] Content)
{
    /// <summary>The input.</summary>
    public byte[] ToInput() => [.. Encoding.UTF8.GetBytes(Name), (byte)'\n', .. Content];

    /// <summary>Reads an input.</summary>
    public static NamedBytes FromInput(byte[] input)
    {
        var end = Array.IndexOf(input, (byte)'\n');
        return new NamedBytes(Encoding.UTF8.GetString(input, 0, end), input[(end + 1)..]);
    }
}
