using MirrorBackup.Backups;

namespace MirrorBackup.Tests.Planning;

/// <summary>The synchronisation examples of Xen Orchestra's documentation: source retention 3, destination retention 4.</summary>
public sealed class DocumentedScenarioTests
{
    [Theory]
    [InlineData(BackupMode.Full, "ABC", "", "transfer A, transfer B, transfer C", "ABC")]
    [InlineData(BackupMode.Full, "BCD", "ABC", "transfer D", "ABCD")]
    [InlineData(BackupMode.Full, "CDE", "ABCD", "transfer E, unlist A, delete A", "BCDE")]
    [InlineData(BackupMode.Full, "IJK", "BCDE", "transfer I, unlist B, delete B, transfer J, unlist C, delete C, transfer K, unlist D, delete D", "EIJK")]
    [InlineData(BackupMode.Incremental, "Abc", "", "transfer A, transfer b, transfer c", "Abc")]
    [InlineData(BackupMode.Incremental, "Bcd", "Abc", "transfer d", "Abcd")]
    [InlineData(BackupMode.Incremental, "Cde", "Abcd", "transfer e, unlist A, merge A into b", "Bcde")]
    [InlineData(BackupMode.Incremental, "Ijk", "Bcde", "transfer I, unlist B, transfer j, unlist c, transfer k, unlist d, merge Bcd into e", "EIjk")]
    public void Plan_DocumentedExample_DoesWhatIsDocumented(BackupMode mode, string source, string destination, string steps, string result)
    {
        var plan = Plans.Plan(source, destination, retention: 4, mode);

        Assert.Equal(steps, Plans.Steps(plan));
        Assert.Equal(result, Plans.Letters(plan));
        Assert.Empty(plan.Conflicts);
    }
}
