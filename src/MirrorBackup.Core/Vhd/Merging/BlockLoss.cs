namespace MirrorBackup.Vhd.Merging;

/// <summary>A block of a child that cannot be found.</summary>
/// <param name="Block">Its index.</param>
/// <param name="Child">The youngest child whose table has it, counted from the oldest.</param>
/// <param name="WaitingBefore">How many blocks with a lower index have not moved, where the ancestor has a file; <see langword="null"/> where it has none.</param>
internal sealed record BlockLoss(int Block, int Child, int? WaitingBefore)
{
    /// <summary>What is wrong, as the end of a sentence.</summary>
    public string Describe(string child, string ancestor) =>
        $"the file of block {Block} is missing in \"{child}\", "
        + (WaitingBefore is { } waiting
            ? $"and what \"{ancestor}\" has cannot be it: {waiting} blocks before it have not moved yet"
            : $"and \"{ancestor}\" does not have it either");
}
