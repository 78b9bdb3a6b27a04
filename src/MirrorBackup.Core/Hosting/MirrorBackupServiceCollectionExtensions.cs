using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using MirrorBackup.Mirroring;

namespace MirrorBackup.Hosting;

/// <summary>Registers MirrorBackup with dependency injection. Everything can also be made with <c>new</c>.</summary>
public static class MirrorBackupServiceCollectionExtensions
{
    /// <summary>
    /// Adds a <see cref="MirrorRunner"/>, with the application's logging and <see cref="TimeProvider"/> where it has them. May be called more than once.
    /// </summary>
    /// <param name="services">The services of the application.</param>
    /// <returns>A builder for remotes.</returns>
    public static IMirrorBackupBuilder AddMirrorBackup(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddSingleton(static provider =>
            new MirrorRunner(provider.GetService<ILogger<MirrorRunner>>(), provider.GetService<TimeProvider>()));
        return new Builder(services);
    }

    private sealed record Builder(IServiceCollection Services) : IMirrorBackupBuilder;
}
