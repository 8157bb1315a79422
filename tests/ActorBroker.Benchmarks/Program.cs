// Four ways to run it. With BenchmarkDotNet's own arguments (--filter '*Crc*', --list flat) it measures single pieces
// of the hot paths. As `floors FOLDER [MIB]` it measures whole things that need seconds and gibibytes, once, and as
// `groups HOST:PORT PROCESS [MEMBERS]` what groups cost a broker that runs; both print rows of docs/performance.md.
// `idle-groups HOST:PORT GROUPS` only makes groups, for whoever weighs the broker before and after.
using System.Globalization;
using System.Net;
using ActorBroker.Benchmarks;
using ActorBroker.Benchmarks.Floors;
using ActorBroker.Benchmarks.Groups;
using BenchmarkDotNet.Running;

switch (args)
{
    case ["floors", var folder] when Directory.Exists(folder):
        return await PrintAsync(FloorRun.MeasureAsync(folder, 1024));
    case ["floors", var folder, var size] when TryCount(size, out var mib) && Directory.Exists(folder):
        return await PrintAsync(FloorRun.MeasureAsync(folder, mib));
    case ["groups", var broker, var process] when TryAddress(broker, out var address) && TryCount(process, out var id):
        return await PrintAsync(new GroupRun(address, new BrokerProbe(id), 1000).MeasureAsync());
    case ["groups", var broker, var process, var members] when TryAddress(broker, out var address)
        && TryCount(process, out var id) && TryCount(members, out var count):
        return await PrintAsync(new GroupRun(address, new BrokerProbe(id), count).MeasureAsync());
    case ["idle-groups", var broker, var groups] when TryAddress(broker, out var address)
        && TryCount(groups, out var count):
        return await PrintAsync(IdleGroups.MakeAsync(address, count));
    case ["floors" or "groups" or "idle-groups", ..]:
        await Console.Error.WriteLineAsync(
            "usage: ActorBroker.Benchmarks floors FOLDER [MIB]\n" +
            "       ActorBroker.Benchmarks groups HOST:PORT PROCESS [MEMBERS]\n" +
            "       ActorBroker.Benchmarks idle-groups HOST:PORT GROUPS");
        return 2;
    default:
        BenchmarkSwitcher.FromAssembly(typeof(Settings).Assembly).Run(args, new Settings());
        return 0;
}

static async Task<int> PrintAsync(Task<string> figures)
{
    await Console.Out.WriteLineAsync(await figures);
    return 0;
}

static bool TryCount(string text, out int count) =>
    int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out count) && count > 0;

static bool TryAddress(string text, out DnsEndPoint address)
{
    address = null!;
    var colon = text.LastIndexOf(':');
    if (colon < 1 || !TryCount(text[(colon + 1)..], out var port) || port > ushort.MaxValue)
    {
        return false;
    }

    address = new DnsEndPoint(text[..colon], port);
    return true;
}
