namespace MirrorBackup.Planning;

/// <summary>Adds up what the steps of a plan move, in their order.</summary>
internal sealed class SpaceUse
{
    private readonly long[] _byWay = new long[Enum.GetValues<TransferWay>().Length];
    private long _used;
    private long _peak;
    private long _sent;
    private long _merged;
    private long _freed;
    private bool _isUpperBound;

    /// <summary>How much more space is used now than at the start; less than 0 where more was freed.</summary>
    internal long Used => _used;

    internal void Add(MirrorStep step)
    {
        switch (step)
        {
            case TransferStep or ReplaceStep:
                _sent += step.ByteCount;
                _used += step.ByteCount;
                _isUpperBound |= IsUpperBound(step);
                AddByWay(step);
                break;
            case MergeStep or ResumeMergeStep:
                // The data is in two places until the merge is done.
                _merged += step.ByteCount;
                _peak = Math.Max(_peak, _used + step.ByteCount);
                break;
            case DeleteStep:
                _freed += step.ByteCount;
                _used -= step.ByteCount;
                break;
        }

        _peak = Math.Max(_peak, _used);
    }

    internal PlanForecast ToForecast() => new(_sent, _merged, _freed, _peak, _isUpperBound)
    {
        BytesPassedThrough = _byWay[(int)TransferWay.PassThrough],
        BytesReEncrypted = _byWay[(int)TransferWay.ReEncrypt],
        BytesRecoded = _byWay[(int)TransferWay.Recode],
        BytesConverted = _byWay[(int)TransferWay.Convert],
    };

    /// <summary>Whether a transfer may need less than its forecast.</summary>
    internal static bool IsUpperBound(MirrorStep step)
    {
        foreach (var disk in DisksOf(step))
        {
            if (disk.IsCollapsed || disk.Form.Codec != Backups.BlockCodec.None)
            {
                return true;
            }
        }

        return false;
    }

    private void AddByWay(MirrorStep step)
    {
        foreach (var disk in DisksOf(step))
        {
            _byWay[(int)disk.Way] += disk.ByteCount;
        }
    }

    private static System.Collections.Immutable.ImmutableArray<DiskTransfer> DisksOf(MirrorStep step) =>
        step is TransferStep transfer ? transfer.Disks : ((ReplaceStep)step).Disks;
}
