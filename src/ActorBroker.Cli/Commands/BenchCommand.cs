using System.CommandLine;
using ActorBroker.Cli.Bench;
using ActorBroker.Cli.Terminal;
using ActorBroker.Client;
using ActorBroker.Records;

namespace ActorBroker.Cli.Commands;

/// <summary><c>bench produce | consume | latency</c>: measures a cluster end to end over TCP.</summary>
internal static class BenchCommand
{
    private const int BatchBytesDefault = 1_000_000;
    private const double RateDefault = 1000;

    private static readonly Option<string?> Topic = new("--topic", "-t")
    {
        Description = "The topic, created where it is missing; else one for this run.",
        HelpName = "name",
    };

    private static readonly Option<int> Partitions = Number(
        "--partitions", "How many partitions a topic that is created gets.", "count", fallback: 1, min: 1);

    private static readonly Option<int> Size = Number(
        "--size", "The bytes of each record's value.", "bytes", fallback: 1024, min: 0);

    private static readonly Option<Acks?> Acknowledge = Shared.Acknowledge("all");

    private static readonly Option<int> BatchBytes = Number(
        "--batch-bytes", "A batch is sent when it has so many bytes.", "bytes", BatchBytesDefault, min: 1);

    private static readonly Option<CompressionCodec> Compression = Shared.Compression();

    private static readonly Option<bool> Keep = new("--keep")
    {
        Description = "Keeps the topic that was created for this run, and says its name.",
    };

    private static readonly Option<bool> Json = new("--json") { Description = "Prints one JSON object." };

    private static readonly Option<bool> Quiet = Shared.Quiet();

    public static Command Build() => new ToolCommand(
        "bench", "Measures a cluster end to end over TCP: records in, records out, and how long one takes.")
    {
        BuildProduce(),
        BuildConsume(),
        BuildLatency(),
    };

    private static ToolCommand BuildProduce()
    {
        var records = Records(1_000_000);
        var linger = Linger(5);
        var command = new ToolCommand(
            "produce",
            "Writes records as fast as the cluster takes them; every record's delivery is checked.",
            "bench produce",
            "bench produce --records 5000000 --size 100 --acks 1 --compression lz4",
            "bench produce --partitions 4 --json")
        {
            Topic, Partitions, records, Size, Acknowledge, BatchBytes, linger, Compression, Keep, Json, Quiet,
        };
        command.SetAction((parsed, cancel) => RunAsync(
            parsed,
            "bench produce",
            Plan(parsed, records) with { Linger = Wait(parsed, linger) },
            (run, token) => run.MeasureAsync("sent", report => ThroughputBench.ProduceAsync(
                run.Client, run.Topic, run.Plan, run.Meter!, report, token)),
            cancel));
        return command;
    }

    private static ToolCommand BuildConsume()
    {
        var records = Records(1_000_000);
        var command = new ToolCommand(
            "consume",
            "Reads from the beginning as fast as the cluster gives; without --topic it writes the records first.",
            "bench consume",
            "bench consume --topic orders --records 100000 --json")
        {
            Topic, Partitions, records, Size, Compression, Keep, Json, Quiet,
        };
        command.SetAction((parsed, cancel) => RunAsync(
            parsed,
            "bench consume",
            Plan(parsed, records),
            async (run, token) =>
            {
                if (run.Plan.Topic is null)
                {
                    await ThroughputBench.ProduceAsync(
                        run.Client, run.Topic, run.Plan, new TransferMeter("sent"), null, token).ConfigureAwait(false);
                }

                await run.MeasureAsync("read", report => ThroughputBench.ConsumeAsync(
                    run.Client, run.Topic, run.Plan.Records, run.Meter!, report, token)).ConfigureAwait(false);
            },
            cancel));
        return command;
    }

    private static ToolCommand BuildLatency()
    {
        var records = Records(20_000);
        var linger = Linger(0);
        var rate = new Option<double>("--rate", "-r")
        {
            Description = "Records a second.",
            HelpName = "number",
            DefaultValueFactory = _ => RateDefault,
        };
        var command = new ToolCommand(
            "latency",
            "Writes and reads records at a fixed rate: how long until one is acknowledged, and until it is read, " +
            "from the time at which it was due.",
            "bench latency",
            "bench latency --rate 5000 --records 50000 --json")
        {
            Topic, Partitions, records, Size, rate, Acknowledge, BatchBytes, linger, Compression, Keep, Json, Quiet,
        };
        rate.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && result.GetValueOrDefault<double>() is not (>= 0.01 and <= 10_000_000))
            {
                result.AddError("--rate must be between 0.01 and 10000000.");
            }
        });
        command.SetAction((parsed, cancel) => RunAsync(
            parsed,
            "bench latency",
            Plan(parsed, records) with
            {
                Linger = Wait(parsed, linger),
                Rate = parsed.GetValue(rate),
                Size = Math.Max(parsed.GetValue(Size), LatencyBench.SizeMin),
            },
            (run, token) => run.MeasureAsync("sent", report => new LatencyBench(
                run.Client, run.Topic, run.Plan, run.Meter!).RunAsync(report, token)),
            cancel));
        return command;
    }

    private static async Task<int> RunAsync(
        ParseResult parsed,
        string name,
        BenchPlan plan,
        Func<BenchRun, CancellationToken, Task> measure,
        CancellationToken cancel)
    {
        await using var client = Connection.Open(parsed);
        var machine = await Machine.LookAsync(client, cancel).ConfigureAwait(false);
        await using var topic = await BenchTopic.OpenAsync(client, plan, parsed.GetValue(Keep), cancel)
            .ConfigureAwait(false);
        var run = new BenchRun(name, client, topic, plan, machine, isShown: !parsed.GetValue(Quiet));
        await measure(run, cancel).ConfigureAwait(false);
        run.Report!.Write(parsed.GetValue(Json));
        return ExitCode.Ok;
    }

    private static BenchPlan Plan(ParseResult parsed, Option<long> records) => new()
    {
        Topic = parsed.GetValue(Topic),
        Partitions = parsed.GetValue(Partitions),
        Records = parsed.GetValue(records),
        Size = parsed.GetValue(Size),
        Acks = parsed.GetValue(Acknowledge) ?? Acks.All,
        Compression = parsed.GetValue(Compression),
        BatchBytes = parsed.GetValue(BatchBytes) is > 0 and var bytes ? bytes : BatchBytesDefault,
        Linger = TimeSpan.FromMilliseconds(5),
    };

    private static TimeSpan Wait(ParseResult parsed, Option<int> linger) =>
        TimeSpan.FromMilliseconds(parsed.GetValue(linger));

    private static Option<int> Linger(int fallback) => Number(
        "--linger-ms", "A batch is sent at the latest so long after its first record.", "ms", fallback, min: 0);

    private static Option<long> Records(long fallback)
    {
        var option = new Option<long>("--records", "-n")
        {
            Description = "How many records.",
            HelpName = "count",
            DefaultValueFactory = _ => fallback,
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && result.GetValueOrDefault<long>() < 1)
            {
                result.AddError("--records must be at least 1.");
            }
        });
        return option;
    }

    private static Option<int> Number(string name, string description, string helpName, int fallback, int min)
    {
        var option = new Option<int>(name)
        {
            Description = description,
            HelpName = helpName,
            DefaultValueFactory = _ => fallback,
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && result.GetValueOrDefault<int>() < min)
            {
                result.AddError($"{name} must be at least {min}.");
            }
        });
        return option;
    }
}
