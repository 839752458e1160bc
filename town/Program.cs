using System.Runtime.InteropServices;
using Stoa.Town;

TownOptions options;
try
{
    options = TownOptions.Read(args);
}
catch (ArgumentException wrong)
{
    await Console.Error.WriteLineAsync(wrong.Message);
    return 2;
}

using var stop = new CancellationTokenSource();
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
if (options.ParentPid is { } parent)
{
    _ = ParentWatch.GoneAsync(parent, TimeProvider.System, stop.Token).ContinueWith(_ => stop.Cancel(), TaskContinuationOptions.OnlyOnRanToCompletion);
}

try
{
    await TownHost.RunAsync(options, () => Console.WriteLine("town is ready"), stop.Token);
    return 0;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    return 0;
}
catch (Exception failure) when (failure is HttpRequestException or IOException or InvalidDataException or UnauthorizedAccessException)
{
    await Console.Error.WriteLineAsync("The town could not start: " + failure.Message);
    return 1;
}

void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    stop.Cancel();
}
