// Two ways to run it. With BenchmarkDotNet's own arguments (--filter '*Crc*', --list flat) it measures single pieces of
// the hot paths. As `floors FOLDER [MIB]` it measures whole things that need seconds and gibibytes, once, and prints
// them as JSON: the rows of docs/performance.md that lie below the wire.
using System.Globalization;
using ActorBroker.Benchmarks;
using ActorBroker.Benchmarks.Floors;
using BenchmarkDotNet.Running;

if (args is not ["floors", ..])
{
    BenchmarkSwitcher.FromAssembly(typeof(Settings).Assembly).Run(args, new Settings());
    return 0;
}

if (args is not (["floors", _] or ["floors", _, _])
    || !int.TryParse(args.ElementAtOrDefault(2) ?? "1024", CultureInfo.InvariantCulture, out var mib) || mib < 1)
{
    await Console.Error.WriteLineAsync("usage: ActorBroker.Benchmarks floors FOLDER [MIB]");
    return 2;
}

await Console.Out.WriteLineAsync(await FloorRun.MeasureAsync(args[1], mib));
return 0;
