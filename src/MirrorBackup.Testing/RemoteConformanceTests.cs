using MirrorBackup.Remotes;
using Xunit;

namespace MirrorBackup.Testing;

/// <summary>
/// What <see cref="IRemote"/> promises, as tests. An author of a remote derives a class and gives it a remote to test:
/// <code>
/// public sealed class MyRemoteTests : RemoteConformanceTests
/// {
///     protected override ValueTask&lt;IRemote&gt; CreateRemoteAsync() => ValueTask.FromResult&lt;IRemote&gt;(new MyRemote(…));
/// }
/// </code>
/// </summary>
/// <remarks>
/// Each test gets a remote of its own, which must be empty and writable, and which is disposed after it. What a remote says in its
/// <see cref="RemoteCapabilities"/> decides which promises apply; a test of one that does not is skipped.
/// </remarks>
public abstract partial class RemoteConformanceTests : IAsyncLifetime
{
    private IRemote? _remote;

    /// <summary>The remote under test.</summary>
    protected IRemote Remote => _remote ?? throw new InvalidOperationException("The remote is made before each test.");

    /// <summary>Ends with the test.</summary>
    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Makes an empty, writable remote.</summary>
    /// <returns>The remote; the suite disposes it.</returns>
    protected abstract ValueTask<IRemote> CreateRemoteAsync();

    /// <inheritdoc/>
    public async ValueTask InitializeAsync() => _remote = await CreateRemoteAsync();

    /// <summary>Disposes the remote. A class that holds more overrides this and calls it first.</summary>
    /// <returns>When it is done.</returns>
    public virtual async ValueTask DisposeAsync()
    {
        if (_remote is not null)
        {
            await _remote.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>A path from its text.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The path.</returns>
    protected static RemotePath At(string text) => RemotePath.Parse(text);

    /// <summary>Bytes that are the same in every run and unlike their neighbours.</summary>
    /// <param name="length">How many.</param>
    /// <param name="seed">Another seed gives other bytes.</param>
    /// <returns>The bytes.</returns>
    protected static byte[] Bytes(int length, int seed = 1)
    {
        var bytes = new byte[length];
        var state = (uint)((seed * 2654435761L) | 1);
        for (var index = 0; index < length; index++)
        {
            state = (state * 1664525) + 1013904223;
            bytes[index] = (byte)(state >> 24);
        }

        return bytes;
    }

    private async Task<byte[]> ReadAsync(string path) => await Remote.ReadAllAsync(At(path), 64 << 20, Cancellation);

    private async Task PutAsync(string path, byte[]? content = null, WriteGrade grade = WriteGrade.Publish) =>
        await Remote.WriteAllAsync(At(path), content ?? Bytes(10), new WriteOptions(grade), Cancellation);

    private async Task<List<RemoteEntry>> ListAsync(string path)
    {
        var entries = new List<RemoteEntry>();
        await foreach (var entry in Remote.ListAsync(path.Length == 0 ? RemotePath.Root : At(path), Cancellation))
        {
            entries.Add(entry);
        }

        return entries;
    }

    private async Task<string[]> NamesAsync(string path) => [.. (await ListAsync(path)).Select(static entry => entry.Name).Order(StringComparer.Ordinal)];

    private static void Require(bool capability, string name) => Assert.SkipUnless(capability, $"The remote has no {name}.");
}
