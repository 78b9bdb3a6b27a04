using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using MirrorBackup.Remotes;
using MirrorBackup.Vhd;
using static MirrorBackup.Tests.Vhd.VhdBytes;

namespace MirrorBackup.Tests.Vhd;

/// <summary>Files that are cut, too long, overlapping or lying: each has its own exception, none costs memory or time that its length does not justify.</summary>
public sealed class VhdFileBadInputTests : IAsyncDisposable
{
    private static readonly RemotePath Path = RemotePath.Parse("d.vhd");

    private readonly MemoryRemote _remote = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _remote.DisposeAsync();

    [Theory]
    [InlineData(0, "d.vhd: found 0 bytes, expected at least the 512 of a VHD footer.")]
    [InlineData(510, "found 510 bytes")]
    [InlineData(512, "found 512 bytes, expected at least 1536")]
    [InlineData(1000, "found 1000 bytes, expected at least 1536")]
    [InlineData(1536, "expected a VHD footer at the end, after 1536 bytes of headers")]
    [InlineData(2047, "VHD footer at the end")]
    [InlineData(2048, "VHD footer at the end")]
    [InlineData(4000, "VHD footer at the end")]
    [InlineData(2097000, "VHD footer at the end")]
    public async Task OpenAsync_FileIsCut_SaysItIsTruncated(int length, string message)
    {
        var error = await OpenFailsAsync<CorruptBackupException>(new VhdBytes().Block(0, 0).ToArray()[..length]);

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Equal((ErrorCodes.Truncated, "d.vhd"), (error.Code, error.Path));
    }

    [Fact]
    public async Task OpenAsync_BytesAfterTheFooter_AreRefused()
    {
        var error = await OpenFailsAsync<CorruptBackupException>([.. new VhdBytes().Block(0, 1).ToArray(), .. new byte[512]]);

        Assert.Contains("differs from its copy at offset 0", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0u, "entry 1: found sector 0, expected at least 4, which is the end of the block allocation table")]
    [InlineData(3u, "entry 1: found sector 3, expected at least 4")]
    [InlineData(4u, "found sector 4, expected at least 4101, which is the end of block")]
    [InlineData(4100u, "entry 1: found sector 4100, expected at least 4101, which is the end of block 0")]
    [InlineData(4102u, "entry 1: its block takes the bytes 2100224 to 4197888, expected at most 4197376, where the blocks end")]
    [InlineData(0xFFFFFFFEu, "entry 1: its block takes the bytes 2199023254528 to")]
    public async Task OpenAsync_EntryLeadsElsewhere_NamesTheEntry(uint sector, string message)
    {
        var bytes = new VhdBytes { ChangeTable = table => BinaryPrimitives.WriteUInt32BigEndian(table.AsSpan(4), sector) }.Block(0, 1).Block(1, 2);

        var error = await OpenFailsAsync<CorruptBackupException>(bytes.ToArray());

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAsync_TableIsFullOfLies_StopsAtTheFirstTooMany()
    {
        var bytes = new VhdBytes { Entries = 100_000, ChangeTable = static table => table.AsSpan().Clear() }.ToArray();

        var error = await OpenFailsAsync<CorruptBackupException>(bytes);

        Assert.Contains("entry 1: found sector 0 after 1 allocated entries, expected no more than have room", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAsync_HeaderClaimsAHugeTable_FailsBeforeAllocatingIt()
    {
        var bytes = new VhdBytes { ChangeHeader = static raw => BinaryPrimitives.WriteInt32BigEndian(raw.AsSpan(28), 1 << 25) }.Block(0, 1).ToArray();
        await _remote.WriteAllAsync(Path, bytes, default, Cancellation);
        var before = GC.GetAllocatedBytesForCurrentThread();

        var error = await Assert.ThrowsAsync<CorruptBackupException>(async () => await VhdFile.OpenAsync(_remote, Path, null, Cancellation));

        Assert.Contains("expected 134217728 from offset 1536 on (33554432 entries)", error.Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public async Task OpenAsync_TableLiesOutsideTheFile_IsTruncated()
    {
        var bytes = new VhdBytes { ChangeHeader = static raw => BinaryPrimitives.WriteInt64BigEndian(raw.AsSpan(16), 0x7FFFFFFFFFFFFE00) };

        Assert.Equal(ErrorCodes.Truncated, (await OpenFailsAsync<CorruptBackupException>(bytes.ToArray())).Code);
    }

    [Fact]
    public async Task OpenAsync_DiskIsLargerThanItsTable_SaysHowManyEntriesAreNeeded()
    {
        var error = await OpenFailsAsync<CorruptBackupException>(new VhdBytes { Entries = 3 }.Block(0, 1).ToArray());

        Assert.Contains("max table entries at offset 28: found 3, expected at least 4 for a disk of 8388608 bytes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAsync_FixedDiskIsCut_SaysItIsTruncated()
    {
        var footer = new VhdBytes { ChangeFooter = static raw => raw[63] = 2 }.ToArray()[..512];

        var error = await OpenFailsAsync<CorruptBackupException>([.. new byte[MiB], .. footer]);

        Assert.Contains("fixed VHD: found 1048576 bytes before the footer, expected 8388608", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAsync_NotAVhd_NamesWhatWasFound()
    {
        var error = await OpenFailsAsync<CorruptBackupException>(new byte[4096]);

        Assert.Contains("field cookie at offset 0: found 0000000000000000, expected 636F6E6563746978 (conectix)", error.Message, StringComparison.Ordinal);
    }

    // Any one to three changed bytes of footer, header or table, checksums recomputed or not.
    [Property(MaxTest = 300)]
    public Property OpenAsync_AnyMutation_IsReadOrRefusedByName() =>
        Prop.ForAll(
            (from count in Gen.Choose(1, 3)
             from changes in Gen.ArrayOf(Gen.Zip(Gen.Choose(0, 2047), Gen.Choose(0, 255)), count)
             from reseal in Gen.Elements(true, false)
             select (changes, reseal)).ToArbitrary(),
            mutation => IsReadOrRefused(mutation.changes, mutation.reseal));

    private static bool IsReadOrRefused((int Offset, int Value)[] changes, bool reseal)
    {
        var bytes = Template.ToArray();
        foreach (var (offset, value) in changes)
        {
            bytes[offset] = (byte)value;
        }

        if (reseal)
        {
            var (footer, header) = (bytes[..512], bytes[512..1536]);
            Seal(footer, 64);
            Seal(header, 36);
            footer.CopyTo(bytes, 0);
            header.CopyTo(bytes, 512);
            footer.CopyTo(bytes, bytes.Length - 512);
        }

        return ReadAllAsync(bytes).AsTask().GetAwaiter().GetResult();
    }

    private static readonly byte[] Template = new VhdBytes { BlockSize = 4096, Size = 5 * 4096 }.Block(3, 1).Block(0, 2).Block(4, 3).ToArray();

    private static async ValueTask<bool> ReadAllAsync(byte[] bytes)
    {
        await using var remote = new MemoryRemote();
        await remote.WriteAllAsync(Path, bytes);
        try
        {
            await using var file = await VhdFile.OpenAsync(remote, Path);
            var (bitmap, data) = (new byte[4096], new byte[file.BlockSize]);
            foreach (var block in file.AllocatedBlocks)
            {
                await file.ReadBlockAsync(block, bitmap, data);
            }

            return true;
        }
        catch (Exception exception) when (exception is CorruptBackupException or UnsupportedBackupException)
        {
            return exception.Message.StartsWith("d.vhd: ", StringComparison.Ordinal);
        }
    }

    private async Task<TException> OpenFailsAsync<TException>(byte[] bytes)
        where TException : Exception
    {
        await _remote.WriteAllAsync(Path, bytes, default, Cancellation);
        return await Assert.ThrowsAsync<TException>(async () => await VhdFile.OpenAsync(_remote, Path, null, Cancellation));
    }
}
