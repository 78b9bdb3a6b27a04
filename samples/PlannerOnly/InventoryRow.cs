namespace PlannerOnly;

/// <summary>A row of some inventory of backups, as a company may keep it: nothing of MirrorBackup is in it.</summary>
/// <param name="Server">The virtual machine.</param>
/// <param name="TakenAt">When the backup was taken.</param>
/// <param name="BasedOn">The backup that it holds the changes since; <see langword="null"/> for a whole one.</param>
/// <param name="Bytes">Its size.</param>
internal sealed record InventoryRow(string Server, DateTimeOffset TakenAt, DateTimeOffset? BasedOn, long Bytes);
