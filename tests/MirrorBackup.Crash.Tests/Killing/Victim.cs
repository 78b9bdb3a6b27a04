using System.Diagnostics;

namespace MirrorBackup.Crash.Tests.Killing;

/// <summary>The command line in a process of its own, which tells on standard error what it does, until it is killed or has ended.</summary>
internal sealed class Victim : IDisposable
{
    private static readonly string s_program = Path.Combine(AppContext.BaseDirectory, "mirror-backup.dll");

    private readonly Process _process;
    private readonly List<VictimLine> _lines = [];
    private readonly Task _reading;
    private readonly Task<string> _output;
    private readonly long _started = Stopwatch.GetTimestamp();
    private TaskCompletionSource _arrival = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Victim(Process process)
    {
        _process = process;
        _output = process.StandardOutput.ReadToEndAsync();
        _reading = Task.Run(ReadAsync);
    }

    /// <summary>What it has said so far.</summary>
    public IReadOnlyList<VictimLine> Lines
    {
        get
        {
            lock (_lines)
            {
                return [.. _lines];
            }
        }
    }

    public static Victim Start(IEnumerable<string> commandLine)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileName(host) == "dotnet" ? host : "dotnet", [s_program, .. commandLine])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return new Victim(Process.Start(start)!);
    }

    /// <summary>Waits for the line of a number, or for the end.</summary>
    /// <param name="count">How many lines there must be.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task WaitForLinesAsync(int count, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task arrival;
            lock (_lines)
            {
                if (_lines.Count >= count || _reading.IsCompleted)
                {
                    return;
                }

                arrival = _arrival.Task;
            }

            await Task.WhenAny(arrival, _reading).WaitAsync(cancellationToken);
        }
    }

    /// <summary>Kills it (SIGKILL), whatever it is doing.</summary>
    /// <returns>Whether it was still there.</returns>
    public async Task<bool> KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        await _reading;
        await _output;
        return _process.ExitCode == 128 + 9;
    }

    /// <summary>Lets it run to its end, which must be a good one.</summary>
    public async Task EndAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken);
        await _reading;
        Assert.True(_process.ExitCode == 0, $"exit code {_process.ExitCode}\n{string.Join('\n', Lines)}\n{await _output}");
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardError.ReadLineAsync() is { } text)
        {
            lock (_lines)
            {
                _lines.Add(new VictimLine(Stopwatch.GetElapsedTime(_started), text));
                _arrival.TrySetResult();
                _arrival = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }
}
