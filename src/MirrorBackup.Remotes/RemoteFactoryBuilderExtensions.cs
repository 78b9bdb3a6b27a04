using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using MirrorBackup.Hosting;

namespace MirrorBackup.Remotes;

/// <summary>Registers the remotes of this package with dependency injection.</summary>
public static class RemoteFactoryBuilderExtensions
{
    /// <summary>Adds a <see cref="RemoteFactory"/>, which opens local directories and whatever else is registered with it. May be called more than once.</summary>
    /// <param name="builder">What <c>AddMirrorBackup</c> returned.</param>
    /// <returns>The same builder.</returns>
    public static IMirrorBackupBuilder AddLocalRemotes(this IMirrorBackupBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddSingleton(static provider => new RemoteFactory(provider.GetService<TimeProvider>()));
        return builder;
    }
}
