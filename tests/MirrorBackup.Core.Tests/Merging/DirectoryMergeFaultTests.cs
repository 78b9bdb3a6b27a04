using System.Security.Cryptography;
using MirrorBackup.Disks;
using MirrorBackup.Remotes;
using MirrorBackup.Tests.Vhd;
using MirrorBackup.Vhd;
using MirrorBackup.Vhd.Merging;
using static MirrorBackup.Tests.Merging.MergeFixture;

namespace MirrorBackup.Tests.Merging;

/// <summary>
/// A merge of directories fails at each of its operations, before, within and after it: every restore point can be read at once, also through the
/// unfinished merge, and the next run ends where an undisturbed one does, with nothing left over.
/// </summary>
public sealed class DirectoryMergeFaultTests
{
    private const int MiB = VhdBytes.MiB;
    private const string State = ".a.alias.vhd.merge.json";

    private static readonly FaultMoment[] s_moments = Enum.GetValues<FaultMoment>();
    private static readonly VhdMergeOptions s_options = new() { MovesPerRecord = 2, MovesAtOnce = 1 };

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("same compression")]
    [InlineData("other compressions")]
    [InlineData("grown")]
    [InlineData("shrunk")]
    [InlineData("small")]
    public async Task RunAsync_FailsAtEveryOperation_EveryPointStaysReadableAndTheNextRunFinishes(string kind)
    {
        var chain = new FaultChain(kind);
        var undisturbed = await chain.MergeUndisturbedAsync();
        var count = 0;
        for (var operations = 0; ; operations++)
        {
            foreach (var moment in s_moments)
            {
                await using var remote = await chain.CreateAsync();
                var faulty = new FaultInjectingRemote(remote, operations, moment);
                if (await chain.TryRunAsync(faulty))
                {
                    Assert.InRange(operations, 8, 60);
                    TestContext.Current.TestOutputHelper!.WriteLine($"{kind}: {count} faults in {operations} operations");
                    return;
                }

                count++;
                await chain.AssertReadableAsync(remote, faulty.FailedAt!);
                Assert.True(await chain.TryRunAsync(remote));
                await chain.AssertReadableAsync(remote, $"finished after: {faulty.FailedAt}");
                Assert.Equal(undisturbed, await TreeAsync(remote, Folder));
            }
        }
    }

    [Theory]
    [InlineData("small")]
    [InlineData("small, other compressions")]
    public async Task ResumeAsync_FailsAtEveryOperationOfTheRunAfterAFault_TheOneAfterFinishes(string kind)
    {
        var chain = new FaultChain(kind);
        var undisturbed = await chain.MergeUndisturbedAsync();
        var count = 0;
        for (var first = 0; ; first++)
        {
            foreach (var moment in s_moments)
            {
                await using var before = await chain.CreateAsync();
                if (await chain.TryRunAsync(new FaultInjectingRemote(before, first, moment)))
                {
                    Assert.InRange(count, 200, 4000);
                    TestContext.Current.TestOutputHelper!.WriteLine($"{kind}: {count} pairs of faults");
                    return;
                }

                count += await FailAgainAsync(chain, before, undisturbed);
            }
        }
    }

    private static async Task<int> FailAgainAsync(FaultChain chain, MemoryRemote before, string[] undisturbed)
    {
        var count = 0;
        for (var second = 0; ; second++)
        {
            foreach (var moment in s_moments)
            {
                await using var remote = await FaultChain.CopyAsync(before);
                var faulty = new FaultInjectingRemote(remote, second, moment);
                if (await chain.TryRunAsync(faulty))
                {
                    return count;
                }

                count++;
                await chain.AssertReadableAsync(remote, faulty.FailedAt!);
                Assert.True(await chain.TryRunAsync(remote));
                Assert.Equal(undisturbed, await TreeAsync(remote, Folder));
                await chain.AssertReadableAsync(remote, $"finished after: {faulty.FailedAt}");
            }
        }
    }

    /// <summary>A chain 0 ← a ← b ← c ← d of which 0, c and d are listed, or a smaller one without 0 and d.</summary>
    private sealed class FaultChain(string kind)
    {
        private readonly bool _isSmall = kind.StartsWith("small", StringComparison.Ordinal);
        private readonly Dictionary<string, byte[]> _expected = [];
        private Dictionary<string, byte[]>? _files;

        private string[] Merged => _isSmall ? ["a", "c"] : ["a", "b", "c"];

        private string[] Listed => _isSmall ? ["c"] : ["0", "c", "d"];

        public async Task<MemoryRemote> CreateAsync()
        {
            if (_files is null)
            {
                await using var template = new MemoryRemote();
                await (_isSmall ? WriteSmallAsync(template) : WriteAsync(template));
                _files = await FilesAsync(template);
            }

            return await FromAsync(_files);
        }

        public static async Task<MemoryRemote> CopyAsync(MemoryRemote remote) => await FromAsync(await FilesAsync(remote));

        public async Task<string[]> MergeUndisturbedAsync()
        {
            await using var remote = await CreateAsync();
            await AssertReadableAsync(remote, "before");
            Assert.True(await TryRunAsync(remote));
            await AssertReadableAsync(remote, "undisturbed");
            return await TreeAsync(remote, Folder);
        }

        /// <summary>Begins or resumes, as a run does that knows nothing of the one before.</summary>
        /// <returns>False if it failed.</returns>
        public async Task<bool> TryRunAsync(IRemote remote)
        {
            try
            {
                if (await remote.StatAsync(Folder / State, Cancelled) is not null)
                {
                    await VhdMerge.ResumeAsync(remote, Folder, State, name => Listed.Contains(name.Split('.')[0]), s_options, Cancelled);
                }
                else if (await remote.StatAsync(Folder / "a.alias.vhd", Cancelled) is not null)
                {
                    await VhdMerge.RunAsync(remote, Folder, [.. Merged.Select(static name => $"{name}.alias.vhd")], s_options, Cancelled);
                }

                return true;
            }
            catch (FaultInjectingRemote.FaultException)
            {
                return false;
            }
        }

        public async Task AssertReadableAsync(IRemote remote, string when)
        {
            foreach (var name in Listed)
            {
                try
                {
                    await using var chain = await VhdChain.OpenAsync(remote, Folder / $"{name}.alias.vhd", cancellationToken: Cancelled);
                    var found = await DiskDigest.ComputeAsync(chain, null, Cancelled);
                    Assert.True(_expected[name].AsSpan().SequenceEqual(found), $"{when}: {name} has other content.");
                }
                catch (MirrorBackupException error)
                {
                    Assert.Fail($"{when}: {name} cannot be read: {error.Message}");
                }
            }
        }

        private async Task WriteSmallAsync(MemoryRemote remote)
        {
            var isMixed = kind.EndsWith("compressions", StringComparison.Ordinal);
            await WriteDirectoryAsync(remote, "a", 1, null, 6 * MiB, isMixed ? "gzip" : "brotli", static f => f.Block(0, 1).Block(1, 1));
            await WriteDirectoryAsync(remote, "c", 3, ("a", 1), 6 * MiB, "brotli", static f => f.Block(1, 3).Block(2, 3));
            Expect("c", 6, 1, 3, 3);
        }

        private async Task WriteAsync(MemoryRemote remote)
        {
            var other = kind == "other compressions" ? "gzip" : "brotli";
            var size = kind switch { "grown" => 14, "shrunk" => 5, _ => 8 };
            await WriteDirectoryAsync(remote, "0", 9, null, 8 * MiB, "brotli", static f => f.Block(0, 9).Block(1, 9));
            await WriteDirectoryAsync(remote, "a", 1, ("0", 9), 8 * MiB, "brotli", static f => f.Block(1, 1).Block(2, 1).Block(3, 1), "old.vhd");
            await WriteDirectoryAsync(remote, "b", 2, ("a", 1), 8 * MiB, other, static f => f.Block(1, 2).Block(2, 2));
            await WriteDirectoryAsync(remote, "c", 3, ("b", 2), (long)size * MiB, "brotli", f => _ = kind == "grown" ? f.Block(1, 3).Block(6, 3) : f.Block(1, 3));
            await WriteDirectoryAsync(remote, "d", 4, ("c", 3), (long)size * MiB, "brotli", static f => f.Block(0, 4));
            Expect("0", 8, 9, 9, 0, 0);
            Expect("c", size, 9, 3, 2, 1, 0, 0, 3);
            Expect("d", size, 4, 3, 2, 1, 0, 0, 3);
        }

        private void Expect(string name, int sizeInMiB, params byte[] blocks)
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            for (var i = 0; i < sizeInMiB; i++)
            {
                hash.AppendData(VhdBytes.Filled(blocks[i / 2], MiB));
            }

            _expected[name] = hash.GetHashAndReset();
        }

        private static async Task<Dictionary<string, byte[]>> FilesAsync(MemoryRemote remote)
        {
            var files = new Dictionary<string, byte[]>();
            foreach (var path in await TreeAsync(remote, Folder))
            {
                files.Add(path, await remote.ReadAllAsync(Folder / path, int.MaxValue, Cancelled));
            }

            return files;
        }

        private static async Task<MemoryRemote> FromAsync(Dictionary<string, byte[]> files)
        {
            var remote = new MemoryRemote();
            foreach (var (path, content) in files)
            {
                await remote.WriteAllAsync(Folder / path, content, default, Cancelled);
            }

            return remote;
        }
    }
}
