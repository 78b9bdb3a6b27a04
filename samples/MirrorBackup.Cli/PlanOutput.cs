using MirrorBackup.Planning;

namespace MirrorBackup.Cli;

/// <summary>Prints the plans of a job: <c>{"plans":[…]}</c>, or what people read.</summary>
internal static class PlanOutput
{
    /// <summary>Prints them.</summary>
    /// <returns>The exit code: conflicts are problems.</returns>
    public static async Task<int> WriteAsync(TextWriter output, IReadOnlyCollection<MirrorPlan> plans, bool json)
    {
        if (json)
        {
            await JsonOutput.WriteAsync(output, writer =>
            {
                writer.WriteStartObject();
                writer.WriteStartArray("plans");
                foreach (var plan in plans)
                {
                    plan.WriteTo(writer);
                }

                writer.WriteEndArray();
                writer.WriteEndObject();
            });
        }
        else
        {
            foreach (var plan in plans)
            {
                await output.WriteLineAsync(plan.Explain());
            }

            await output.WriteLineAsync(plans.Count == 0 ? "no VM has a backup of this mode" : $"{plans.Count} plans; nothing was written");
        }

        return plans.All(plan => plan.Destinations.All(destination => destination.Conflicts.IsEmpty)) ? ExitCode.Success : ExitCode.Failure;
    }
}
