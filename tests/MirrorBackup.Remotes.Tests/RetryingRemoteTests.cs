using Microsoft.Extensions.Time.Testing;

namespace MirrorBackup.Remotes.Tests;

public sealed class RetryingRemoteTests
{
    private static readonly RemotePath File = RemotePath.Parse("file");

    private readonly FakeTimeProvider _clock = new() { AutoAdvanceAmount = TimeSpan.Zero };

    [Fact]
    public async Task ReadAllAsync_FailsTwice_SucceedsAfterTheWaits()
    {
        var failing = new FailingRemote(failures: 2);
        await using var remote = new RetryingRemote(failing, timeProvider: _clock);

        var reading = remote.ReadAllAsync(File, 10, TestContext.Current.CancellationToken).AsTask();
        Assert.Equal(1, failing.Calls);
        _clock.Advance(TimeSpan.FromMilliseconds(99));
        Assert.Equal(1, failing.Calls);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(2, failing.Calls);
        _clock.Advance(TimeSpan.FromMilliseconds(200));

        Assert.Equal(5, (await reading).Length);
        Assert.Equal(3, failing.Calls);
    }

    [Fact]
    public async Task ReadAllAsync_NeverSucceeds_GivesUpAfterSixTries()
    {
        var failing = new FailingRemote(failures: int.MaxValue);
        await using var remote = new RetryingRemote(failing, timeProvider: _clock);

        var reading = remote.ReadAllAsync(File, 10, TestContext.Current.CancellationToken).AsTask();
        for (var wait = 0; wait < 5; wait++)
        {
            _clock.Advance(TimeSpan.FromSeconds(2));
        }

        await Assert.ThrowsAsync<RemoteUnavailableException>(() => reading);
        Assert.Equal(6, failing.Calls);
    }

    [Fact]
    public async Task ReadAllAsync_PermanentFailure_IsNotRepeated()
    {
        var failing = new FailingRemote(failures: 1) { Failure = new RemoteUnavailableException("gone") };
        await using var remote = new RetryingRemote(failing, timeProvider: _clock);

        await Assert.ThrowsAsync<RemoteUnavailableException>(() => remote.ReadAllAsync(File, 10, TestContext.Current.CancellationToken).AsTask());

        Assert.Equal(1, failing.Calls);
    }

    [Fact]
    public async Task WriteAllAsync_MustBeNew_IsNotRepeated()
    {
        var failing = new FailingRemote(failures: 1);
        await using var remote = new RetryingRemote(failing, timeProvider: _clock);

        await Assert.ThrowsAsync<RemoteUnavailableException>(
            () => remote.WriteAllAsync(File, new byte[1], new WriteOptions(MustBeNew: true), TestContext.Current.CancellationToken).AsTask());

        Assert.Equal(1, failing.Calls);
    }

    [Fact]
    public async Task MoveAndFlushAsync_Transient_AreNotRepeated()
    {
        var failing = new FailingRemote(failures: 2);
        await using var remote = new RetryingRemote(failing, timeProvider: _clock);

        await Assert.ThrowsAsync<RemoteUnavailableException>(
            () => remote.MoveAsync(File, RemotePath.Parse("other"), cancellationToken: TestContext.Current.CancellationToken).AsTask());
        await Assert.ThrowsAsync<RemoteUnavailableException>(() => remote.FlushAsync(File, TestContext.Current.CancellationToken).AsTask());

        Assert.Equal(2, failing.Calls);
    }

    [Fact]
    public async Task ReadAllAsync_CancelledWhileWaiting_Ends()
    {
        using var source = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        await using var remote = new RetryingRemote(new FailingRemote(failures: 9), timeProvider: _clock);
        var reading = remote.ReadAllAsync(File, 10, source.Token).AsTask();

        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
    }

    private sealed class FailingRemote(int failures) : DelegatingRemote(new MemoryRemote())
    {
        public int Calls { get; private set; }

        public RemoteUnavailableException Failure { get; init; } = new("busy") { IsTransient = true };

        public override ValueTask<byte[]> ReadAllAsync(RemotePath path, int maximumLength, CancellationToken cancellationToken = default) =>
            Fails() ? ValueTask.FromException<byte[]>(Failure) : ValueTask.FromResult(new byte[5]);

        public override ValueTask WriteAllAsync(
            RemotePath path, ReadOnlyMemory<byte> content, WriteOptions options = default, CancellationToken cancellationToken = default) =>
            Fails() ? ValueTask.FromException(Failure) : ValueTask.CompletedTask;

        public override ValueTask MoveAsync(RemotePath source, RemotePath destination, WriteGrade grade = WriteGrade.Publish, CancellationToken cancellationToken = default) =>
            Fails() ? ValueTask.FromException(Failure) : ValueTask.CompletedTask;

        public override ValueTask FlushAsync(RemotePath tree, CancellationToken cancellationToken = default) =>
            Fails() ? ValueTask.FromException(Failure) : ValueTask.CompletedTask;

        private bool Fails() => ++Calls <= failures;
    }
}
