namespace MirrorBackup.Tests.Cleaning;

/// <summary>A disk of a <see cref="DrawnVm"/>.</summary>
/// <param name="Folder">The folder of the disk.</param>
/// <param name="Parent">The number of its parent, an earlier one; −1 for a key.</param>
/// <param name="IsListed">Whether a restore point lists it.</param>
/// <param name="Damage">Whether it opens.</param>
/// <param name="IsMissing">Whether the file is not there.</param>
/// <param name="IsYoung">Whether it was written just now.</param>
/// <param name="IsInStaleState">Whether a state file that is about nothing names it.</param>
internal sealed record DrawnDisk(string Folder, int Parent, bool IsListed, DrawnDamage Damage, bool IsMissing, bool IsYoung, bool IsInStaleState);
