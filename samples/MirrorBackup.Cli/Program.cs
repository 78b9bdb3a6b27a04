using MirrorBackup.Cli;

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    // The first Ctrl+C lets the run end in good order; a second one ends the process.
    pressed.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
};

return await CommandLine.RunAsync(args, new Terminal(Console.Out, Console.Error), stop.Token);
