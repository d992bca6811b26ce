using System.Runtime.InteropServices;
using Vaultrice.Benchmarks;
using Vaultrice.Benchmarks.Floor;
using Vaultrice.Benchmarks.Load;

if (args is ["floor", "--urls", var url])
{
    await FloorServer.RunAsync(url);
    return 0;
}

EventLoop.UseInline();
using var cancellation = new CancellationTokenSource();
void Stop(PosixSignalContext signal)
{
    // The children are ended and the data removed before this process goes.
    signal.Cancel = true;
    cancellation.Cancel();
}

using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
try
{
    var options = BenchmarkOptions.Parse(args);
    if (options.Help)
    {
        Console.WriteLine(BenchmarkOptions.Usage);
        return 0;
    }

    return await new BenchmarkRun(options).RunAsync(cancellation.Token);
}
catch (Exception) when (cancellation.IsCancellationRequested)
{
    return 130;
}
catch (FormatException e)
{
    Console.Error.WriteLine($"{e.Message}\n\n{BenchmarkOptions.Usage}");
    return 2;
}
catch (LoadException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
