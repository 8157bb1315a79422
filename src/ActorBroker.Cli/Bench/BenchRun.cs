using ActorBroker.Cli.Terminal;
using ActorBroker.Client;

namespace ActorBroker.Cli.Bench;

/// <summary>One measurement: on what, with what, and what came out.</summary>
internal sealed class BenchRun(
    string name, KafkaClient client, BenchTopic topic, BenchPlan plan, Machine machine, bool isShown)
{
    public KafkaClient Client => client;

    public BenchTopic Topic => topic;

    public BenchPlan Plan => plan;

    /// <summary>How far the measurement is; null before it begins.</summary>
    public TransferMeter? Meter { get; private set; }

    /// <summary>What came out; null before.</summary>
    public BenchReport? Report { get; private set; }

    /// <summary>Measures, with the progress shown.</summary>
    public async Task MeasureAsync(string verb, Func<BenchReport, Task> measure)
    {
        var meter = new TransferMeter(verb) { RecordsExpected = plan.Records };
        Meter = meter;
        var report = new BenchReport();
        report.Fact("bench", name);
        report.Fact("client", machine.Client);
        report.Fact("server", machine.Server);
        report.Fact("machine", machine.Description);
        report.Fact("topic", topic.Name);
        report.Fact("partitions", topic.Partitions);
        report.Fact("records", plan.Records);
        report.Fact("size", plan.Size);
        report.Fact("acks", plan.Acks switch { Acks.All => "all", Acks.Leader => "1", _ => "0" });
        report.Fact("batch_bytes", plan.BatchBytes);
        report.Fact("linger_ms", plan.Linger.TotalMilliseconds);
        report.Fact("compression", plan.Compression.ToString().ToLowerInvariant());
        if (plan.Rate > 0)
        {
            report.Fact("rate", plan.Rate);
        }

        await LiveProgress.RunAsync(meter, isShown, () => measure(report)).ConfigureAwait(false);
        Report = report;
    }
}
