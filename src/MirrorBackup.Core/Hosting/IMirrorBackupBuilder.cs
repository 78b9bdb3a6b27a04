using Microsoft.Extensions.DependencyInjection;

namespace MirrorBackup.Hosting;

/// <summary>Where packages with further remotes register what they bring.</summary>
public interface IMirrorBackupBuilder
{
    /// <summary>The services of the application.</summary>
    IServiceCollection Services { get; }
}
