using System.Text;

namespace MirrorBackup.Fuzzing.Engine;

/// <summary>Makes the inputs of a seed for one target and judges what it does with them. One caller at a time: what a run costs is measured for the whole process.</summary>
/// <param name="target">The target.</param>
/// <param name="seed">Which inputs: the same seed makes the same.</param>
internal sealed class Fuzzer(FuzzTarget target, ulong seed)
{
    // Far above every limit of a target on its own: only what never ends reaches it, or a machine that is overwhelmed.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(120);

    /// <summary>The input of an iteration, whatever was made before.</summary>
    public byte[] InputOf(long iteration) => target.CreateInput(new Random(SeedOf(iteration)));

    /// <summary>Tries one input of the seed.</summary>
    /// <returns>The failure, or <see langword="null"/>.</returns>
    public Task<FuzzFailure?> TryAsync(long iteration, CancellationToken cancellationToken) => TryAsync(InputOf(iteration), iteration, cancellationToken);

    /// <summary>Tries an input.</summary>
    /// <returns>The failure, or <see langword="null"/>.</returns>
    public async Task<FuzzFailure?> TryAsync(byte[] input, long iteration, CancellationToken cancellationToken)
    {
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var time = Environment.CpuUsage.TotalTime;
        string? reason = null;
        try
        {
            // A thread of its own, so that what never ends and never awaits is noticed too.
            await Task.Run(() => target.RunAsync(input, cancellationToken), cancellationToken).WaitAsync(s_patience, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (TimeoutException)
        {
            reason = $"no end after {s_patience.TotalSeconds} s";
        }
        catch (Exception exception)
        {
            reason = ErrorOracle.Judge(exception, target);
        }

        reason ??= JudgeCost(input.Length, GC.GetTotalAllocatedBytes(precise: true) - allocated, Environment.CpuUsage.TotalTime - time);
        return reason is null ? null : new FuzzFailure(reason, input, iteration);
    }

    private string? JudgeCost(int length, long allocated, TimeSpan time)
    {
        var (memory, limit) = (target.MaximumAllocation(length), target.MaximumTime(length));
        return allocated > memory ? $"{length} bytes made it allocate {allocated} bytes, {memory} are allowed"
            : time > limit ? $"{length} bytes took {time.TotalSeconds:0.0} s of processor time, {limit.TotalSeconds:0.0} are allowed"
            : null;
    }

    private int SeedOf(long iteration)
    {
        var state = seed;
        foreach (var letter in Encoding.UTF8.GetBytes(target.Name))
        {
            state = Mix(state ^ letter);
        }

        return (int)Mix(state ^ (ulong)iteration);
    }

    // SplitMix64: neighbouring iterations have nothing in common.
    private static ulong Mix(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
