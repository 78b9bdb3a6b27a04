using MirrorBackup.Fuzzing.Engine;
using MirrorBackup.Fuzzing.Mutations;
using MirrorBackup.Vhd.Format;

namespace MirrorBackup.Fuzzing.Targets;

/// <summary>A header with its parent locators, and a footer to check it against.</summary>
internal sealed class VhdHeaderTarget : FuzzTarget
{
    private static readonly byte[][] s_footers = [new VhdSample().Footer(), .. GoldenFiles.Footers];
    private static readonly byte[][] s_headers = [new VhdSample().Header(), new VhdSample { IsDelta = true }.Header(), .. GoldenFiles.Headers];

    public override string Name => "vhd-header";

    public override int Iterations => 10_000;

    public override byte[] CreateInput(Random random)
    {
        var footer = s_footers[random.Next(s_footers.Length)];
        return [.. random.Next(3) == 0 ? VhdMutation.Footer(random, footer) : footer, .. VhdMutation.Header(random, s_headers[random.Next(s_headers.Length)])];
    }

    public override Task RunAsync(byte[] input, CancellationToken cancellationToken)
    {
        var header = VhdHeader.Parse(input.AsSpan(VhdFooter.Size), "header.vhd");
        FuzzAssertionException.ThrowUnless(header.BlockSize is >= 512 and <= 16 << 20, $"the block size {header.BlockSize} was accepted");
        FuzzAssertionException.ThrowUnless(header.MaximumTableEntries is >= 0 and <= BlockAllocationTable.MaximumEntries, "too many entries were accepted");
        FuzzAssertionException.ThrowUnless(header.TableOffset >= 1536, "a table over the headers was accepted");
        for (var index = 0; index < ParentLocator.Count; index++)
        {
            var locator = header.ReadLocator(index);
            FuzzAssertionException.ThrowUnless(locator.SpaceBytes >= 0, "a locator of negative length");
        }

        _ = $"{header.ParentName} {header.ParentUniqueId}";
        header.CheckAgainst(VhdFooter.Parse(input.AsSpan(0, VhdFooter.Size), "header.vhd"), "header.vhd");
        return Task.CompletedTask;
    }
}
