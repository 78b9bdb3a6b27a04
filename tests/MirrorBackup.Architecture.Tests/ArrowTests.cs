using MirrorBackup.Remotes;

namespace MirrorBackup.Architecture.Tests;

public sealed class ArrowTests
{
    private static readonly IReadOnlyCollection<TypeUse> Core = AssemblyUses.Read(typeof(MirrorBackupException).Assembly.Location);

    [Fact]
    public void Core_EveryArrowBetweenRooms_PointsInwards() => Assert.Empty(OutwardArrows(Core));

    [Fact]
    public void Core_EveryType_IsInARoom()
    {
        var outside = Core.Select(use => use.UserNamespace).Distinct()
            .Where(name => name.StartsWith("MirrorBackup", StringComparison.Ordinal) && Rooms.Of(name) is null);

        Assert.Empty(outside);
    }

    [Fact]
    public void Core_UsesNoOtherAssemblyOfTheProject()
    {
        var outward = Core.Where(use => use.UsedAssembly?.StartsWith("MirrorBackup", StringComparison.Ordinal) is true);

        Assert.Empty(outward);
    }

    [Fact]
    public void Core_ServiceCollection_IsSeenByHostingOnly()
    {
        var elsewhere = Core.Where(use =>
            use.UsedNamespace.StartsWith("Microsoft.Extensions.DependencyInjection", StringComparison.Ordinal)
            && Rooms.Of(use.UserNamespace) != "Hosting");

        Assert.Empty(elsewhere);
    }

    [Fact]
    public void Core_PureRooms_UseNoTasksAndNoFiles()
    {
        string[] io = ["File", "FileInfo", "FileStream", "Directory", "Stream", "RandomAccess"];
        var impure = Core.Where(use =>
            Rooms.Of(use.UserNamespace) is { } room && Rooms.Pure.Contains(room)
            && (use.UsedNamespace is "System.Threading.Tasks" or "System.IO.Pipelines" || (use.UsedNamespace == "System.IO" && io.Contains(use.Used))));

        Assert.Empty(impure);
    }

    [Fact]
    public void Remotes_UsesPublicTypesOfCoreOnly()
    {
        // InternalsVisibleTo would let a package do what a user's own remote cannot; tests and benchmarks are no packages.
        var friends = typeof(MirrorBackupException).Assembly
            .GetCustomAttributes(typeof(System.Runtime.CompilerServices.InternalsVisibleToAttribute), false)
            .Cast<System.Runtime.CompilerServices.InternalsVisibleToAttribute>()
            .Select(friend => friend.AssemblyName.Split(',')[0]);

        Assert.All(friends, static friend => Assert.Matches("(Tests|Benchmarks)$", friend));
    }

    [Fact]
    public void Uses_OfTheRemotesPackage_SeeSignaturesAndBodies()
    {
        // The reader itself: what is known to be in an assembly must be found, or the tests above would pass on nothing.
        var uses = AssemblyUses.Read(typeof(ArrowTests).Assembly.Location);

        Assert.Contains(uses, use => use is { User: nameof(ArrowProbe), Used: nameof(RemoteEntry) }); // a field
        Assert.Contains(uses, use => use is { User: nameof(ArrowProbe), Used: nameof(RemotePath) }); // a body
        Assert.Contains(uses, use => use is { User: nameof(ArrowProbe), Used: nameof(WriteOptions) }); // a generic argument
        Assert.Contains(uses, use => use is { User: nameof(ArrowProbe), Used: nameof(IRemoteLock) }); // typeof
    }

    [Theory]
    [InlineData("MirrorBackup.Planning", "MirrorBackup.Mirroring")]
    [InlineData("MirrorBackup.Backups", "MirrorBackup.Retention")]
    [InlineData("MirrorBackup.Remotes", "MirrorBackup.Backups")]
    [InlineData("MirrorBackup.Vhd.Format", "MirrorBackup.Vhd")]
    [InlineData("MirrorBackup.Vhd.Merging", "MirrorBackup.Repositories")]
    [InlineData("MirrorBackup.Transfer", "MirrorBackup.Planning")]
    [InlineData("MirrorBackup", "MirrorBackup.Remotes")]
    public void OutwardArrows_ArrowThatPointsOutwards_IsReported(string from, string to)
    {
        TypeUse[] uses = [new(from, "User", to, "Used", null)];

        Assert.Single(OutwardArrows(uses));
    }

    [Theory]
    [InlineData("MirrorBackup.Planning", "MirrorBackup.Backups")]
    [InlineData("MirrorBackup.Vhd.Merging", "MirrorBackup.Vhd")]
    [InlineData("MirrorBackup.Vhd", "MirrorBackup.Vhd.Format")]
    [InlineData("MirrorBackup.Hosting", "MirrorBackup.Remotes")]
    [InlineData("MirrorBackup.Backups", "MirrorBackup")]
    [InlineData("MirrorBackup.Backups", "System.Text")]
    public void OutwardArrows_ArrowThatIsAllowed_IsNotReported(string from, string to)
    {
        TypeUse[] uses = [new(from, "User", to, "Used", null)];

        Assert.Empty(OutwardArrows(uses));
    }

    private static string[] OutwardArrows(IEnumerable<TypeUse> uses) =>
    [
        .. from use in uses
           where use.UsedAssembly is null
           let source = Rooms.Of(use.UserNamespace)
           let target = Rooms.Of(use.UsedNamespace)
           where source is not null && target is not null && !Rooms.IsAllowed(source, target)
           select $"{source} must not use {target}: {use.User} -> {use.Used}",
    ];
}
