namespace MirrorBackup.Tests.Planning.Properties;

/// <summary>One thing that happens to a VM, its source or a destination. Numbers are taken modulo what there is, so that any list of acts is a history.</summary>
/// <param name="Act">What happens.</param>
/// <param name="Place">Which source job, or which destination.</param>
/// <param name="Choice">Which blocks, or which revision or point.</param>
/// <param name="Variant">A kind within the act.</param>
/// <param name="Moment">How much time passes before it.</param>
internal sealed record HistoryOp(HistoryAct Act, int Place, int Choice, int Variant, int Moment)
{
    public override string ToString() => $"{Act}({Place},{Choice},{Variant},{Moment})";
}
