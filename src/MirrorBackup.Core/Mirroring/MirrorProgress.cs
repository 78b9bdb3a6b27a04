namespace MirrorBackup.Mirroring;

/// <summary>
/// Where a run stands. Totals only grow. Reported from the threads that do the work, at most ten times a second, and once more at the end.
/// </summary>
/// <param name="VmsDone">VMs that are finished, in whatever way.</param>
/// <param name="VmsTotal">VMs that the run knows of so far.</param>
/// <param name="BytesRead">Bytes read from the source.</param>
/// <param name="BytesWritten">Bytes written to all destinations together.</param>
/// <param name="BytesExpected">Bytes that the plans made so far expect to read from the source; a forecast, so the end may differ.</param>
/// <param name="Activity">What is being done, in words for people: the VM and the step.</param>
public readonly record struct MirrorProgress(
    int VmsDone,
    int VmsTotal,
    long BytesRead,
    long BytesWritten,
    long BytesExpected,
    string Activity);
